"""What an agent does about its program's files, with a program that is none."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from support.set_clock import SetClock
from zato.agent.managed.file_sets import FileSet, FileSets, Kept, SetNames
from zato.agent.managed.reconciler import Reconciler
from zato.agent.managed.reloading import ReloadFailed
from zato.core.errors import Conflict, SetupError

NAMES = SetNames(configuration="it.conf", client_authorities="ca.pem")


class Program:
    """Serves with whatever is not `bad`."""

    title = "It"
    harmless = re.compile("timeout")

    def __init__(self) -> None:
        self.bad: list[bytes] = []
        self.serves = b""
        self.said: list[str] = []

    def without_files(self) -> SetupError:
        return SetupError("It has no files.")

    def reload(self, files: FileSet) -> str | None:
        if files["it.conf"] in self.bad:
            return "It ends."
        self.serves = files["it.conf"]
        return None

    def recover(self, files: FileSet) -> str | None:
        return self.reload(files)

    def reloaded(self, files: FileSet) -> None:
        self.said.append("reloaded")

    def undone(self, reason: str, then: str) -> None:
        self.said.append(f"{reason} {then}")


class It(Reconciler):
    """Has a line as its configuration; one of "no" is refused."""

    def __init__(self, directory: Path, clock: SetClock) -> None:
        self.program = Program()
        self.sets = FileSets(directory, NAMES)
        super().__init__(self.program, self.sets, clock)
        self.line = "one"
        self.rendered = 0
        self.said: list[str] = []

    def turn(self) -> None:
        self._calls.answer()
        self._write()

    def take_up(self) -> None:
        self._take_up()

    def validate(self) -> str:
        return ""

    def _basis(self) -> tuple[object, ...]:
        if self.line == "unreadable":
            raise OSError("It cannot be read.")
        return (self.line,)

    def _render(self) -> None:
        self.rendered += 1
        if self.line == "no":
            raise SetupError("It refuses no.")
        self.sets.replace({"it.conf": self.line.encode(), "ca.pem": b"ca"}, lambda: None)

    def _say_files_stay(self, reason: str) -> None:
        self.said.append(reason)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def it(tmp_path: Path, clock: SetClock) -> It:
    made = It(tmp_path, clock)
    made.turn()
    made.take_up()
    return made


def failure(it: It) -> str | None:
    return None if it.state.failure is None else it.state.failure.reason


def test_what_is_refused_is_said_once_and_tried_again_after_a_while(it: It, clock: SetClock) -> None:
    it.line = "no"
    for _ in range(4):
        it.turn()
        clock.advance(timedelta(seconds=12))
    assert (it.rendered, it.said, failure(it)) == (3, ["It refuses no."], "It refuses no.")
    it.line = "two"
    it.turn()
    it.take_up()
    assert (it.program.serves, failure(it)) == (b"two", None)
    assert it.state.last_failure is not None


def test_what_is_refused_stays_said_where_the_program_is_reloaded_for_something_else(it: It) -> None:
    it.line = "no"
    it.turn()
    it.take_up()
    assert (it.program.serves, failure(it)) == (b"one", "It refuses no.")


def test_what_cannot_be_read_ends_nothing(it: It) -> None:
    it.line = "unreadable"
    it.turn()
    it.turn()
    assert (it.said, failure(it)) == (["It cannot be read."], "It cannot be read.")
    it.line = "one"
    it.turn()
    it.take_up()
    assert failure(it) is None


def test_files_with_which_it_does_not_serve_are_rejected_until_an_operator_asks_for_them(it: It) -> None:
    it.program.bad = [b"two"]
    it.line = "two"
    it.turn()
    with pytest.raises(SetupError, match=r"It ends\. So the last good one is in place again"):
        it.take_up()
    assert it.program.said == ["reloaded", "It ends. the last good one is in place again"]
    it.turn()
    it.take_up()
    assert (it.program.serves, failure(it)) == (b"one", "It ends.")
    it.program.bad = []
    done = it.reload()
    it.turn()
    done.result(0)
    assert (it.program.serves, failure(it)) == (b"two", None)


def test_an_operator_is_told_what_is_refused(it: It) -> None:
    it.line = "no"
    done = it.reload()
    it.turn()
    with pytest.raises(SetupError, match="refuses no"):
        done.result(0)
    assert (it.program.serves, failure(it)) == (b"one", "It refuses no.")


def test_without_others_to_go_back_to_nothing_is_rejected(it: It) -> None:
    it.program.bad = [b"one"]
    with pytest.raises(ReloadFailed):
        it.take_up()
    assert it.sets.rejected() is None


def test_going_back_says_so_and_where_there_is_nothing_it_is_no_failure(it: It) -> None:
    done = it.go_back()
    it.turn()
    with pytest.raises(Conflict, match="no earlier configuration"):
        done.result(0)
    assert failure(it) is None
    it.line = "timeout 2"
    it.turn()
    it.take_up()
    done = it.go_back(with_security=True)
    it.turn()
    done.result(0)
    assert (it.program.serves, it.state.reloads) == (b"one", 3)
    assert failure(it) == "An operator has gone back to the configuration before."
    assert it.sets.kept(Kept.PREVIOUS) == {"it.conf": b"timeout 2", "ca.pem": b"ca"}


def test_files_that_it_serves_with_all_the_same_are_rejected_no_more(it: It) -> None:
    it.sets.reject({"it.conf": b"one", "ca.pem": b"ca"}, "It ended.")
    it.take_up()
    assert (it.sets.rejected(), failure(it)) == (None, None)
