"""Follows the log: keeps a process's configuration up to date."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from zato.config.configuration import EMPTY, Configuration
from zato.core.backoff import Backoff
from zato.core.clock import Clock
from zato.core.errors import Unavailable, ZatoError
from zato.host.logs import get_logger
from zato.odb.change_notifier import AT_LEAST_EVERY_SECONDS, ChangeNotifier
from zato.odb.log import ConfigurationLog, Position

_PAGE = 1000
_LONGEST_PAUSE_SECONDS = 1.0
_AWAY = Backoff(0.1, _LONGEST_PAUSE_SECONDS)
_BUSY_SECONDS = 0.04
# What is done with every look at the notifier is done in the same turn as the look at what nobody has announced
_TURN_SECONDS = AT_LEAST_EVERY_SECONDS
# An ODB that was restored from a backup has another history, or is at an earlier revision than we are, which no change
# tells where there is none.
_CHECK_REVISION_EVERY_SECONDS = 5.0
# Of processes that no request waits for
_PATIENT_SECONDS = 0.25


class Notifier(Protocol):
    """Says whether looking into the log is worth it; every zato.broker.protocol.ChangeNotifier is one."""

    @property
    def interval_seconds(self) -> float:
        """How long to wait between two questions, as things are now."""
        ...

    def changed(self) -> bool:
        """A cheap hint; it may say yes in vain."""
        ...

    def wait(self, stop: threading.Event, seconds: float) -> None:
        """Returns when it is notified, when `stop` is set, or after so many seconds.

        Where nothing notifies it, it returns once it is worth asking again.
        """
        ...


class PatientNotifier:
    """The ODB's notifier, asked less often than servers ask it: agents and the singleton may be a moment late."""

    def __init__(self, notifier: ChangeNotifier, interval_seconds: float = _PATIENT_SECONDS) -> None:
        """`interval_seconds` may be longer for what is done while nothing is announced; changes wait no longer."""
        self._notifier = notifier
        self.interval_seconds = interval_seconds

    def changed(self) -> bool:
        return self._notifier.changed()

    def wait(self, stop: threading.Event, seconds: float) -> None:
        until = time.monotonic() + min(seconds, self.interval_seconds)
        while (left := until - time.monotonic()) > 0:
            if stop.wait(min(left, _PATIENT_SECONDS)) or self._notifier.announced:
                return


class LookObserver(Protocol):
    """Wants to know how current the configuration is."""

    def look_begins(self) -> None:
        """What is read from now on is what is true now."""
        ...

    def look_ends(self, *, answered: bool) -> None:
        """Everything that was there when it began is applied; or the ODB does not answer."""
        ...


@dataclass(frozen=True, slots=True)
class Replaced:
    """The ODB is another one: at which revision this process was, and the ODB is since."""

    at: datetime
    before: int
    now: int


class LogFollower:
    """Hands each new configuration, whole, to `apply`, in the thread that calls `step` or `run`.

    `apply` is called once for everything that was appended together, never with a state in between. Where it raises,
    the configuration counts as not applied and is tried again. `every_tick` is called with every look at the notifier,
    also while the ODB is away (it may raise Unavailable itself); while `busy` says so, the log is looked into often,
    whatever the notifier says. `looks` is told of each look into the log. `kinds` are those that `apply` looks at,
    unless it looks at all: there may be very many others.
    """

    def __init__(
        self,
        log: ConfigurationLog,
        notifier: Notifier,
        clock: Clock,
        apply: Callable[[Configuration], None],
        every_tick: Callable[[], None] | None = None,
        *,
        busy: Callable[[], bool] = lambda: False,
        configuration: Configuration = EMPTY,
        looks: LookObserver | None = None,
        kinds: Collection[str] | None = None,
    ) -> None:
        self._log = log
        self._kinds = kinds
        self._notifier = notifier
        self._clock = clock
        self._apply = apply
        self._every_tick = every_tick
        self._busy = busy
        self._configuration = configuration
        self._looks = looks
        self._loaded = False
        self._owed = True
        self._revision_checked = 0.0
        self._history = ""
        self._replaced: Replaced | None = None
        self._logger = get_logger("zato.config.follower")

    @property
    def configuration(self) -> Configuration:
        """What was applied last."""
        return self._configuration

    @property
    def replaced(self) -> Replaced | None:
        """When this process last found that the ODB is another one than before; None where it never did."""
        return self._replaced

    def step(self) -> bool:
        """Looks once; True where a new configuration was applied. Raises Unavailable where the ODB is away."""
        if self._looks is not None:
            self._looks.look_begins()
        try:
            changed = self._step()
        except Unavailable:
            self._look_ends(answered=False)
            raise
        return changed

    def _look_ends(self, *, answered: bool) -> None:
        if self._looks is not None:
            self._looks.look_ends(answered=answered)

    def _step(self) -> bool:
        # What the notifier said before a failure is still owed: it says so only once.
        self._owed = self._notifier.changed() or self._owed
        if self._owed:  # what has changed is waited for, what is done now and then is not
            try:
                return self._look()
            finally:
                self._tick()
        self._tick()
        return self._look()

    def _tick(self) -> None:
        if self._every_tick is not None:
            self._every_tick()

    def _look(self) -> bool:
        overdue = self._clock.monotonic() - self._revision_checked >= _CHECK_REVISION_EVERY_SECONDS
        if not self._owed and not overdue and not self._busy():
            return False
        latest = self._latest()
        changed = latest is not self._configuration or not self._loaded
        if changed:
            self._apply(latest)
            self._configuration = latest
            self._loaded = True
        self._owed = False
        self._look_ends(answered=True)
        return changed

    def run(self, stop: threading.Event) -> None:
        """Steps until `stop` is set. Survives everything that `step` raises, with pauses of a second at most."""
        pause = self._notifier.interval_seconds
        away = 0
        said: str | None = None
        while not stop.is_set():
            try:
                self.step()
            except Unavailable as error:
                if not away:
                    self._logger.warning(
                        "The ODB does not answer", reason=error.message, revision=self._configuration.revision
                    )
                away += 1
                pause = _AWAY.pause_after(away)
            except ZatoError as error:
                if error.message != said:
                    revision = self._configuration.revision
                    self._logger.warning("The configuration was not applied", reason=error.message, revision=revision)
                said, pause = error.message, _LONGEST_PAUSE_SECONDS
            except Exception:  # the outermost loop of a thread that must not end
                self._logger.exception("The configuration was not applied", revision=self._configuration.revision)
                pause = _LONGEST_PAUSE_SECONDS
            else:
                if away:
                    self._logger.info("The ODB answers again", revision=self._configuration.revision)
                away, said, pause = 0, None, self._notifier.interval_seconds
                longest = max(pause, _TURN_SECONDS)
                self._notifier.wait(stop, min(longest, _BUSY_SECONDS) if self._busy() else longest)
                continue
            stop.wait(pause)

    def _latest(self) -> Configuration:
        """Reads on from what is applied; everything at the start, and where the ODB has another history by now."""
        latest = self._read_on() if self._loaded else None
        if latest is None:
            latest = self._whole()
        self._revision_checked = self._clock.monotonic()
        return latest

    def _whole(self) -> Configuration:
        while True:
            position = self._log.position()
            latest = Configuration.from_items(*self._log.items_with_revision(self._kinds), self._kinds)
            if self._log.position().history == position.history:
                break
        self._history = position.history
        return latest

    def _is_another(self, found: Position, ours: int) -> bool:
        """Whether what is applied, and was read on to revision `ours`, is no beginning of what the log has."""
        if found.history == self._history and found.revision >= ours:
            return False
        self._log.another_history()
        found = self._log.position()
        if found.history == self._history:
            self._logger.warning("The configuration's log went back", revision=ours, now=found.revision)
        else:
            self._logger.warning("The configuration's log is another one now", revision=ours, now=found.revision)
        self._replaced = Replaced(self._clock.now(), ours, found.revision)
        return True

    def _read_on(self) -> Configuration | None:
        """None where the log is another one, or has a gap.

        What was in a gap has been trimmed, as nobody could have needed it for so long.
        """
        latest = self._configuration
        while True:  # what was appended together may be more than a page: never apply half of it
            following = self._log.following(latest.revision, _PAGE)
            if self._is_another(following.position, latest.revision):
                return None
            changes = following.changes
            if any(change.revision != latest.revision + 1 + index for index, change in enumerate(changes)):
                return None
            latest = latest.apply(changes)
            if len(changes) < _PAGE:
                return latest
