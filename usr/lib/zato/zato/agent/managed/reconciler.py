"""Keeps a program's files, and what it serves with, as they should be."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import Future

from zato.agent.managed.calls import Calls
from zato.agent.managed.file_sets import FileSet, FileSets, digest
from zato.agent.managed.reloading import Program, Reloader
from zato.agent.managed.state import Failure, ProgramState
from zato.core.clock import Clock
from zato.core.errors import Conflict, SetupError, ZatoError

FAILED_PAUSE_SECONDS = 30.0


class Reconciler(ABC):
    """`state`, `reload` and `go_back` may be called by any thread; all else is its agent's, which decides when.

    Files that the program refuses are not put in place, and those with which it does not serve are replaced by the
    last known good ones: it goes on with what it has.
    """

    def __init__(self, program: Program, sets: FileSets, clock: Clock) -> None:
        self._sets = sets
        self._clock = clock
        self._reloader = Reloader(program, sets)
        self._calls = Calls()
        self._state = ProgramState()
        self._served = ""
        self._written_for: tuple[object, ...] = ()
        self._failed_for: tuple[object, ...] = ()
        self._write_again_at = 0.0
        self._write_failure: Failure | None = None

    @property
    def state(self) -> ProgramState:
        """What is known at this moment."""
        return self._state

    def reload(self) -> Future[None]:
        """The program loads its files again. The result is there when it serves with them, or has not come to."""
        return self._calls.call(lambda: self._by_operator(self._reload_anew))

    def go_back(self, *, with_security: bool = False) -> Future[None]:
        """The program loads the files that it had before its present ones; see Reloader."""
        return self._calls.call(lambda: self._by_operator(lambda: self._go_back(with_security)))

    @abstractmethod
    def validate(self) -> str:
        """Digest of the files as they would be now. Raises SetupError, with the program's words, where it refuses them.

        Any thread may call it.
        """

    @abstractmethod
    def _basis(self) -> tuple[object, ...]:
        """What the files follow from, as it is now. Raises SetupError or OSError."""

    @abstractmethod
    def _render(self) -> None:
        """Puts files in place that follow from `_basis`. Raises SetupError or OSError; those of before stay then."""

    @abstractmethod
    def _say_files_stay(self, reason: str) -> None:
        """Says in the log that the program keeps its last files."""

    def _write(self) -> None:
        """Renders where something has changed, or, after a while, where it has failed."""
        basis: tuple[object, ...] = ()
        try:
            basis = self._basis()
            if basis == self._written_for:
                return
            if basis != self._failed_for or self._clock.monotonic() >= self._write_again_at:
                self._render_for(basis)
        except (SetupError, OSError) as error:
            if self._failed(error):
                self._say_files_stay(str(error))
            self._failed_for, self._written_for = basis, ()
            self._write_again_at = self._clock.monotonic() + FAILED_PAUSE_SECONDS
            self._write_failure = self._state.failure

    def _render_for(self, basis: tuple[object, ...]) -> None:
        self._render()
        self._written_for, self._failed_for, self._write_failure = basis, (), None

    def _take_up(self) -> None:
        """The program serves with the files that are in place. Raises what the Reloader does."""
        self._reloaded(self._reloader.take_up())

    def _reload_anew(self) -> None:
        """Also with files that were rejected before: an operator has mended the cause."""
        self._sets.reject_nothing()
        self._written_for = self._failed_for = ()
        self._render_for(self._basis())
        self._take_up()

    def _go_back(self, with_security: bool) -> None:
        self._reloaded(self._reloader.go_back(with_security=with_security))

    def _by_operator(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Conflict:  # nothing was done, and nothing is wrong
            raise
        except (ZatoError, OSError) as error:
            self._failed(error)
            raise

    def _reloaded(self, files: FileSet) -> None:
        self._state = dataclasses.replace(self._state, reloads=self._state.reloads + 1)
        self._saw(files)

    def _saw(self, files: FileSet) -> None:
        """The program serves with these."""
        if self._sets.is_rejected(files):  # it does so all the same
            self._sets.reject_nothing()
            self._written_for = ()
        self._served = self._sets.identity(files)
        self._state = dataclasses.replace(
            self._state, configuration=digest(files), since=self._clock.now(), failure=self._standing_failure()
        )

    def _standing_failure(self) -> Failure | None:
        """Why the program serves with other files than it should, where it does."""
        if self._write_failure is not None:
            return self._write_failure
        rejection, failure = self._sets.rejected(), self._state.failure
        if rejection is None:
            return None
        if failure is not None and rejection.reason in failure.reason:  # it says more
            return failure
        return Failure(self._clock.now(), rejection.reason)

    def _failed(self, error: Exception) -> bool:
        """Whether that is another failure than the one of before."""
        reason = error.message if isinstance(error, ZatoError) else str(error)
        failure = Failure(self._clock.now(), reason, error.details if isinstance(error, ZatoError) else ())
        before = self._state.failure
        is_new = before is None or before.reason != reason
        self._state = dataclasses.replace(self._state, failure=failure if is_new else before, last_failure=failure)
        return is_new
