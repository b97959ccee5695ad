"""The recipe "to add a connector" of HACKING.md, walked through: new files, and a few lines in four that are there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
PACKAGE = CHECKOUT / "usr/lib/zato/zato"
ROOM = Path(__file__).with_name("new_protocol")

# All that changes of what is there: after each of these lines comes another one. Beside it, docs/configuration.md is
# generated anew, and pyproject.toml names the library, where there is one, that only the new room may import
LINES = {
    "config/kinds/__init__.py": [
        ("from typing import Any\n", "from zato.config.kinds.channel_toy import CHANNEL_TOY\n"),
        ("from typing import Any\n", "from zato.config.kinds.outgoing_toy import OUTGOING_TOY\n"),
        ("KINDS: dict[str, Kind[Any]] = {\n", '    "channel-toy": CHANNEL_TOY,\n'),
        ("KINDS: dict[str, Kind[Any]] = {\n", '    "outgoing-toy": OUTGOING_TOY,\n'),
    ],
    "connector/registry.py": [
        ("from collections.abc import Iterator, Mapping\n", "from zato.connector.toy.connector import TOY\n"),
        ("CONNECTORS: dict[str, Connector] = {", '"toy": TOY, '),
        ("    sql: Mapping[str, SqlConnection]\n", "    toy: Mapping[str, ToyConnection]\n"),
    ],
}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """The directory of a package `zato` with one protocol more; what is not edited is the checkout's."""
    zato = tmp_path / "source" / "zato"
    zato.mkdir(parents=True)
    edited = {file.partition("/")[0] for file in LINES}
    for entry in PACKAGE.iterdir():
        if entry.name in edited:
            shutil.copytree(entry, zato / entry.name)
        else:
            (zato / entry.name).symlink_to(entry)
    shutil.copytree(ROOM / "toy", zato / "connector/toy")
    for kind in (ROOM / "kinds").glob("*.py"):
        shutil.copy(kind, zato / "config/kinds")
    for file, lines in LINES.items():
        text = (zato / file).read_text()
        for after, line in lines:
            assert text.count(after) == 1, (file, after)
            text = text.replace(after, after + line)
        (zato / file).write_text(text)
    return zato.parent


def run(source: Path, *arguments: str) -> str:
    environ = {**os.environ, "PYTHONPATH": str(source)}
    done = subprocess.run([sys.executable, *arguments], env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_servers_tests_of_services_and_the_admin_api_know_a_protocol_that_was_registered(
    source: Path, tmp_path: Path
) -> None:
    done = run(source, str(ROOM / "walk.py"), str(tmp_path))
    assert done.split() == ["kinds", "tests_of_services", "code_is_looked_at", "serving", "what_is_missing"]


def test_the_reference_documentation_has_its_kinds(source: Path) -> None:
    text = run(source, "-m", "zato.config.reference")
    assert "\n## channel-toy\n" in text and "\n## outgoing-toy\n" in text
