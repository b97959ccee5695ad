"""Levels of single loggers, while a process runs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from zato.host.log_levels import nearest, read

PROGRAM = """
import logging, time, zato.host.log_levels, sys
from pathlib import Path
zato.host.log_levels._LOOK_SECONDS = 0
from zato.host import logs
file = Path(sys.argv[1])
logs.configure("json", "info", "p", file)
def say(turn):
    for name in ("a", "a.b", "ab", "orders.new"):
        logs.get_logger(name).debug(turn)
        logging.getLogger(name).debug(turn)
        logs.get_logger(name).warning(turn)
        logging.getLogger(name).warning(turn)
"""


def lines(tmp_path: Path, body: str) -> list[tuple[str, str, str]]:
    """Turn, logger and level of each line that was written."""
    command = [sys.executable, "-c", PROGRAM + body, str(tmp_path / "logging.toml")]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    found = [json.loads(line) for line in said.splitlines()]
    return [(line["event"], line["component"], line["level"]) for line in found]


def both(*expected: tuple[str, str, str]) -> list[tuple[str, str, str]]:
    """Once of each library."""
    return [each for each in expected for _ in range(2)]


def test_a_logger_and_those_below_it_have_their_own_level(tmp_path: Path) -> None:
    (tmp_path / "logging.toml").write_text('[levels]\na = "debug"\n"a.b" = "error"\n"orders.new" = "error"\n')
    found = lines(tmp_path, "say('one')")
    assert sorted(found) == sorted(both(("one", "a", "debug"), ("one", "a", "warning"), ("one", "ab", "warning")))


def test_a_change_holds_at_once_and_is_taken_back(tmp_path: Path) -> None:
    found = lines(
        tmp_path,
        "say('before'); file.write_text('[levels]\\n\"a\" = \"debug\"\\n'); logs.get_logger('z').info('z'); "
        "say('with'); file.unlink(); logs.get_logger('z').info('z'); say('after')",
    )
    debugged = [line for line in found if line[2] == "debug"]
    assert sorted(set(debugged)) == [("with", "a", "debug"), ("with", "a.b", "debug")]
    assert len(debugged) == 4


@pytest.mark.parametrize(
    "text", ["[levels", '[levels]\na = "loud"', "levels = 1", '[level]\na = "debug"', "\xff", "[levels]\na = 10"]
)
def test_a_file_that_cannot_be_used_changes_nothing_and_is_complained_of_once(tmp_path: Path, text: str) -> None:
    (tmp_path / "logging.toml").write_bytes(text.encode("latin-1"))
    found = lines(tmp_path, "say('one'); say('two')")
    complaints = [line for line in found if line[1] == "zato"]
    assert [line[2] for line in complaints] == ["warning"]
    assert len([line for line in found if line[2] == "warning"]) == 1 + 2 * 4 * 2


def test_levels_that_are_none_are_named_with_those_that_there_are(tmp_path: Path) -> None:
    file = tmp_path / "logging.toml"
    file.write_text('[levels]\n"orders.new" = "loud"\nzato = "info"\n')
    with pytest.raises(ValueError, match=r"^levels\.orders\.new: expected one of 'debug', 'error', 'info', 'warning'$"):
        read(file)


@pytest.mark.parametrize(
    ("logger", "level"), [("a", 1), ("a.b", 2), ("a.b.c", 2), ("a.x", 1), ("ab", None), ("", None), (".a", None)]
)
def test_the_nearest_logger_above_counts(logger: str, level: int | None) -> None:
    assert nearest({"a": 1, "a.b": 2}, logger) == level
