"""Reloads a program, and only for good: files with which it does not serve are replaced by the last known good ones."""

from __future__ import annotations

import re
from typing import Protocol

from zato.agent.managed.admitting import deciding, require_the_same
from zato.agent.managed.file_sets import FileSet, FileSets, Kept
from zato.core.errors import Conflict, SetupError

FAILED = "reload-failed"


class Program(Protocol):
    """A program whose configuration is files, as it is reloaded."""

    @property
    def title(self) -> str:
        """What it is called in sentences."""
        ...

    @property
    def harmless(self) -> re.Pattern[str]:
        """Beginnings of lines of its configuration that do not decide who gets in."""
        ...

    def without_files(self) -> SetupError:
        """Why it cannot be reloaded where it has no files."""
        ...

    def reload(self, files: FileSet) -> str | None:
        """Has it load `files`, which are in place, and says why it does not serve with them; None where it does.

        Raises a ZatoError where that says nothing of the files: it is not there, or its agent is stopped meanwhile.
        """
        ...

    def recover(self, files: FileSet) -> str | None:
        """As `reload`, with the last known good files, for a program that may have ended with others."""
        ...

    def reloaded(self, files: FileSet) -> None:
        """Says in the log that it serves with them."""
        ...

    def undone(self, reason: str, then: str) -> None:
        """Says in the log why it does not serve with its new files, and what has become of it then."""
        ...


class ReloadFailed(SetupError):
    """The program does not serve with its files, and there are no others to go back to."""


def interrupted(program: str) -> SetupError:
    """Its agent is stopped in the middle of a reload. Says nothing of the files that `program` was to take up.

    The next agent sees whether it serves with them.
    """
    return SetupError(
        f"Its agent was stopped while {program} was being reloaded; the next one looks at what has become of it.",
        code="reload-interrupted",
    )


class Reloader:
    """One thread uses it."""

    def __init__(self, program: Program, sets: FileSets) -> None:
        self._program = program
        self._sets = sets

    def take_up(self) -> FileSet:
        """The program serves with the files that are in place, which it returns.

        Where it does not, the last known good ones are put back, and it is reloaded again. Raises SetupError that
        says so, and whatever the program raises.
        """
        files = self._sets.in_place()
        if files is None:
            raise self._program.without_files()
        reason = self._program.reload(files)
        if reason is None:
            self._sets.served(files)
            self._program.reloaded(files)
            return files
        problem = f"{self._program.title} did not take up its configuration: {reason}"
        good = self._sets.kept(Kept.LAST_KNOWN_GOOD)
        if good is None or self._sets.identity(good) == self._sets.identity(files):
            raise ReloadFailed(problem, code=FAILED)
        # Before the files: what starts the program again must not put these in place once more
        self._sets.reject(files, reason)
        self._sets.put(good)
        second = self._program.recover(good)
        then = "the last good one is in place again" if second is None else f"nor the last good one: {second}"
        self._program.undone(reason, then)
        raise SetupError(f"{problem} So {then}.", code=FAILED)

    def go_back(self, *, with_security: bool = False) -> FileSet:
        """The program serves with what it had before its present files, which are not tried again. Returns what it has.

        The CAs of clients stay those of now, and Conflict is raised where something else decides who gets in, unless
        `with_security`.
        """
        title, authorities = self._program.title, self._sets.names.client_authorities
        previous, present = self._sets.kept(Kept.PREVIOUS), self._sets.in_place()
        if previous is not None and present is not None and not with_security:
            previous = {**previous, authorities: present[authorities]}
        if previous is None or present is None or self._sets.identity(previous) == self._sets.identity(present):
            raise Conflict(f"There is no earlier configuration of {title}'s to go back to.", code="nothing-before")
        if not with_security:
            require_the_same(title, deciding(present, previous, self._program.harmless))
        self._sets.reject(present, "An operator has gone back to the configuration before.")
        self._sets.put(previous)
        return self.take_up()
