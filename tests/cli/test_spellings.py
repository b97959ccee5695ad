"""A word that is spelled otherwise than the command has it: taken where it is clear, or told what was meant."""

from __future__ import annotations

import json

import click
import pytest

from zato.cli.log import Level
from zato.cli.main import main


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("servce list", "There is no command 'servce'; did you mean 'service'?"),
        ("sevrer", "There is no command 'sevrer'; did you mean 'server'?"),
        ("STATUS", "There is no command 'STATUS'; did you mean 'status'?"),
        ("service undploy x.py", "There is no command 'undploy'; did you mean 'undeploy'?"),
        ("nothing-like-it", "There is no command 'nothing-like-it'."),
        ("log --levl warning", "There is no option '--levl'; did you mean '--level'?"),
        ("service deploy --dryrun x.py", "There is no option '--dryrun'; did you mean '--dry-run'?"),
        ("status --jsn", "There is no option '--jsn'; did you mean '--json'?"),
        ("status --zzzzzz", "There is no option '--zzzzzz'."),
    ],
)
def test_the_nearest_command_or_option_is_named(words: str, said: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words.split())
    assert ended.value.code == 2
    assert capfd.readouterr().err.splitlines()[-1] == f"Error: {said}"
    with pytest.raises(SystemExit):
        main(["--json", *words.split()])
    assert json.loads(capfd.readouterr().err)["error"]["message"] == said


@pytest.mark.parametrize(
    ("given", "level"),
    [
        *[("warn", "warning"), ("WARN", "warning"), ("Warning", "warning"), ("err", "error"), ("ERROR", "error")],
        *[("crit", "critical"), ("fatal", "critical"), ("info", "info"), ("DEBUG", "debug")],
    ],
)
def test_levels_are_taken_by_the_names_that_they_have_elsewhere(given: str, level: str) -> None:
    assert Level().convert(given, None, None) == level


@pytest.mark.parametrize("given", ["", "w", "warns", "notice"])
def test_what_is_no_level_is_told_those_that_there_are(given: str) -> None:
    with pytest.raises(click.BadParameter, match="'warning'"):
        Level().convert(given, None, None)
