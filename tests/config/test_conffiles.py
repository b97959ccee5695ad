"""etc/zato: defaults as the settings have them, and every logger there is."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import msgspec
import pytest

import zato
from zato.config.conffiles import LOGGERS, render
from zato.host.log_levels import LoggingSettings
from zato.host.settings import ClusterSettings, ServerSettings

DIRECTORY = Path(__file__).parents[2] / "etc" / "zato"


@pytest.mark.parametrize("name", render())
def test_the_files_are_up_to_date(name: str) -> None:
    hint = "run: python -m zato.config.conffiles etc/zato"
    assert (DIRECTORY / name).read_text(encoding="utf-8") == render()[name], hint


@pytest.mark.parametrize(("name", "struct"), [("zato.toml", ClusterSettings), ("server.toml", ServerSettings)])
def test_what_the_defaults_say_is_what_holds_without_them(name: str, struct: type[msgspec.Struct]) -> None:
    text = (DIRECTORY / "defaults" / name).read_text(encoding="utf-8")
    assert tomllib.loads(text) == {}
    said = tomllib.loads(re.sub(r"(?m)^#(?=\w)", "", text))
    without = msgspec.json.decode(msgspec.json.encode(msgspec.convert({}, struct)))
    expected = {key: "" if value is None else value for key, value in without.items() if key != "number"}
    assert {**said, "workers": None} == {**expected, "workers": None}


def test_no_level_is_set_and_each_example_of_one_is_valid() -> None:
    text = (DIRECTORY / "logging.toml").read_text(encoding="utf-8")
    assert msgspec.convert(tomllib.loads(text), LoggingSettings).levels == {}
    said = tomllib.loads(re.sub(r'(?m)^#(?=")', "", text))
    assert set(msgspec.convert(said, LoggingSettings).levels) == {"orders.new", *LOGGERS}


def test_no_logger_is_forgotten() -> None:
    found = set()
    for path in Path(zato.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id="get_logger"), args=[ast.Constant(value=str(name))]):
                    found.add(name)
    assert len(found) > 10
    assert {name for name in found if not any(f"{name}.".startswith(f"{each}.") for each in LOGGERS)} <= {"zato"}


def test_examples_are_not_taken_for_configuration() -> None:
    """As the agent takes every *.cfg."""
    names = [path.name for path in DIRECTORY.rglob("*") if path.is_file()]
    assert "own.cfg.example" in names
    assert not [name for name in names if name.endswith((".cfg", ".conf", ".key", ".crt"))]
    generated = {"zato.toml", "secret.key", "first-token"}
    assert not generated & {path.name for path in DIRECTORY.iterdir()}
