"""Loading a deployment in a thread of its own, so that a module that hangs does not stop its worker's heart-beat."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from zato.core.errors import ZatoError

# Nearly everything is loaded within this time, and is then reported in the same look at the log.
_AT_ONCE_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Outcome:
    """`reason` is a sentence where it could not be loaded."""

    ok: bool
    reason: str | None = None


class Attempt:
    """Starts to load at once."""

    def __init__(self, load: Callable[[], None]) -> None:
        self._load = load
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="load deployment", daemon=True)
        self._thread.start()
        self._thread.join(_AT_ONCE_SECONDS)

    def outcome(self) -> Outcome | None:
        """None as long as it is not known. Raises what may be different the next time, such as Unavailable."""
        if self._thread.is_alive():
            return None
        error = self._failure
        if error is None:
            return Outcome(True)
        if isinstance(error, ZatoError):
            if error.retriable:
                raise error
            return Outcome(False, error.message)
        return Outcome(False, f"It fails with {type(error).__name__}.")

    def _run(self) -> None:
        try:
            self._load()
        except BaseException as error:  # noqa: BLE001 - it is handed over to the thread that asks
            self._failure = error
