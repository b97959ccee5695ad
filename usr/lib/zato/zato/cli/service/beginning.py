"""zato service new: a first file with its test."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

import click

from zato.cli.connection import Target, pass_target
from zato.cli.output import show_json
from zato.core.errors import Conflict, InvalidInput
from zato.deployment.loader.names import check_module_name
from zato.service.base import derived_name

_PART = re.compile(r"[A-Za-z][A-Za-z0-9]*")

_SERVICE = '''from zato.server.service import Service


class {class_name}(Service):
    """Greets whoever is named."""

    input = 'name'
    output = 'greeting'

    def handle(self):
        self.response.payload.greeting = f'Hello {{self.request.input.name}}'
'''
_TEST = """import unittest

from {module} import {class_name}
from zato.server.service import InvalidInput
from zato.testing import ServiceTestClient


class {class_name}Test(unittest.TestCase):
    def setUp(self):
        self.client = ServiceTestClient()

    def test_it_greets_whoever_is_named(self):
        answer = self.client.invoke({class_name}, {{'name': 'Ann'}})
        self.assertEqual(answer.data, {{'greeting': 'Hello Ann'}})

    def test_the_name_is_needed(self):
        with self.assertRaises(InvalidInput):
            self.client.invoke({class_name}, {{}})


if __name__ == '__main__':
    unittest.main()
"""


@dataclass(frozen=True, slots=True)
class NewService:
    """How a new service, its class and its files are called."""

    name: str
    module: str
    class_name: str

    @property
    def files(self) -> dict[str, str]:
        """Their contents by name."""
        names = {"module": self.module, "class_name": self.class_name}
        return {f"{self.module}.py": _SERVICE.format(**names), f"test_{self.module}.py": _TEST.format(**names)}


def named(name: str) -> NewService:
    """`orders` is the class Orders in orders.py, `orders.place-order` PlaceOrder there. Raises InvalidInput."""
    stem, dot, rest = name.rpartition(".")
    module = (stem if dot else rest).replace("-", "_")
    check_module_name(module, f"{module}.py")
    parts = re.split(r"[-_]", rest)
    if any(_PART.fullmatch(part) is None for part in parts):
        raise InvalidInput(
            f"{name!r} cannot be a new service's name; write, for instance, orders or orders.place-order: letters, "
            "digits and hyphens, each part starting with a letter.",
            code="service-name-invalid",
        )
    class_name = "".join(part[0].upper() + part[1:] for part in parts)
    return NewService(derived_name(module, class_name), module, class_name)


@click.command("new")
@click.argument("name")
@click.option(
    "--directory",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="Where to write them; the current directory unless given.",
)
@pass_target
def new_command(target: Target, name: str, directory: Path) -> None:
    """Write a first file of a service, and a test of it that passes as it is.

    Example: zato service new hello
    """
    new = named(name)
    directory.mkdir(parents=True, exist_ok=True)
    paths = [directory / file for file in new.files]
    for path in paths:
        if path.exists():
            raise Conflict(f"{path} is there already, and is not replaced; choose another name, or move it away.")
    for path, text in zip(paths, new.files.values(), strict=True):
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    if target.as_json:
        show_json({"service": new.name, "files": [str(path) for path in paths]})
        return
    click.echo(f"{paths[0]} has the service {new.name}, {paths[1]} its test. Next:")
    there = quote(str(directory))
    where = f" -s {there} -t {there}" if directory != Path() else ""
    click.echo(f"  {quote(sys.executable)} -m unittest discover{where} -p {paths[1].name}")
    click.echo(f"  zato service deploy {quote(str(paths[0]))}")
    click.echo(f'  zato service invoke {new.name} \'{{"name": "Ann"}}\'')
    click.echo(f"Or have it deployed each time that you save it: zato dev {quote(str(paths[0]))}")
