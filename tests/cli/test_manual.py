"""The manual pages that are made when the packages are built."""

from __future__ import annotations

import functools
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

import zato
from support.commands import COMMANDS
from zato.cli.main import cli
from zato.cli.manual import commands, settings
from zato.cli.manual.roff import plain
from zato.host.settings import ClusterSettings, ServerSettings

VERSION = zato.__version__
PAGES = {**dict(commands.pages(cli, VERSION)), **dict(settings.pages(VERSION))}


@functools.cache
def read(name: str) -> str:
    """The page as a person sees it. Raises CalledProcessError or AssertionError where it is not well-formed."""
    done = subprocess.run(
        ["man", "--warnings", "-E", "UTF-8", "-l", "-"],
        input=PAGES[name],
        env={"PATH": "/usr/bin:/bin", "MANWIDTH": "1000", "LANG": "C.UTF-8", "MANPAGER": "cat"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == "", name
    return done.stdout


def test_there_is_a_page_for_every_command_and_every_file_of_settings() -> None:
    assert set(PAGES) == {"zato.1", "zato.toml.5", "server.toml.5", *(f"zato-{path[0]}.1" for path in COMMANDS)}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_reads_well_and_has_a_name_that_apropos_finds(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(PAGES[name], encoding="utf-8")
    text = read(name)
    title = name.rpartition(".")[0]
    assert f"NAME\n       {title} - " in text
    found = subprocess.run(["lexgrog", str(path)], capture_output=True, text=True, check=True).stdout
    assert f'"{title} - ' in found


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_command_is_in_its_page_with_its_options_and_its_example(command: tuple[str, ...]) -> None:
    text = read(f"zato-{command[0]}.1")
    assert f"zato {' '.join(command)} " in text
    found = COMMANDS[command]
    assert all(option in text for parameter in found.params for option in parameter.opts if option.startswith("--"))
    assert (found.help or "").partition("Example: ")[2].strip() in text


@pytest.mark.parametrize(("name", "struct"), [("zato.toml.5", ClusterSettings), ("server.toml.5", ServerSettings)])
def test_every_key_of_the_settings_is_in_its_page(name: str, struct: type[msgspec.Struct]) -> None:
    keys = {field.name for field in msgspec.structs.fields(struct)} - {"number"}
    assert {key for key in keys if f"\n.TP\n\\fB{plain(key)}\\fR\n" in PAGES[name]} == keys


def test_the_pages_are_the_same_on_each_day_and_machine(tmp_path: Path) -> None:
    script = "import os, runpy; os.cpu_count = lambda: 96; runpy.run_module('zato.cli.manual', run_name='__main__')"
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=True)
    assert {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == PAGES
