"""Whether a worker may serve from what it has, or has to look into the log first.

A worker whose ODB does not answer goes on with what it has. One that stood still (SIGSTOP, a machine that was
suspended), or whose server nobody could reach, may have missed changes that all others know: it looks first.

A worker that has said that it could switch to another version may be told to at any time, together with the others.
Until it knows what came of that, each look into the log is good for less time than there is between the announcement
of a switch and the switch, so that it misses none.
"""

from __future__ import annotations

import mmap
import struct
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from zato.host.logs import get_logger
from zato.serving.switch import Switch

T = TypeVar("T")

AWAY_SECONDS = 2.0
"""HAProxy asks a server about its health several times in this time, and a worker's threads run many times."""
LIMIT_SECONDS = 10.0
"""A worker that cannot catch up, as it cannot load what the configuration wants, goes on with what it has."""
BACK_LIMIT_SECONDS = 3.0
"""The same for a server that nobody has reached for a while, which may be no more than a quiet one without its ODB."""
ANNOUNCED_SECONDS = 0.07
"""How old a look may be while a switch can be announced: see zato.deployment.activation.LEAD."""
ANNOUNCED_LIMIT_SECONDS = 3.0
"""A worker that cannot look for so long, as its ODB does not answer, goes on with what it has."""
_CURRENT_SECONDS = 1.0
_BEAT_SECONDS = 0.5
_log = get_logger("zato.server")


def seconds_since_boot() -> float:
    """The same for all processes; goes on while a process is stopped and while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Visits:
    """When a server was last asked for anything from outside; of its master and all workers. Made before they fork."""

    def __init__(self) -> None:
        self._shared = mmap.mmap(-1, 16)

    @property
    def back(self) -> float:
        """When the last silence of AWAY_SECONDS ended."""
        return float(struct.unpack_from("d", self._shared, 8)[0])

    def visited(self, now: float) -> None:
        """Somebody asks."""
        last = struct.unpack_from("d", self._shared, 0)[0]
        if last and now - last > AWAY_SECONDS:
            struct.pack_into("d", self._shared, 8, now)
        struct.pack_into("d", self._shared, 0, now)


class Staleness:
    """One for each worker. The thread that follows the log reports its looks; all others ask whether they may go on."""

    def __init__(self, visits: Visits, clock: Callable[[], float] = seconds_since_boot) -> None:
        self._visits = visits
        self._clock = clock
        self._last_beat = clock()
        self._woke = 0.0
        self._began = 0.0
        self._tried = 0.0
        self._known = 0.0
        self._expects = self._expects_on = False
        self._looked = threading.Condition()

    def start(self) -> None:
        """Notice from now on that the worker has stood still; how long it took to start does not count."""
        self._last_beat = self._clock()
        threading.Thread(target=self._keep_beating, name="heart-beat", daemon=True).start()

    # The thread that follows the log

    def look_begins(self) -> None:
        """A look into the log begins: it finds everything that was written before."""
        self._began = self._clock()

    def look_ends(self, *, answered: bool) -> None:
        """The look is over: everything that it found is applied, or the ODB has not answered."""
        with self._looked:
            self._tried = self._began
            if answered:
                self._known = self._began
                self._expects = self._expects_on
            self._looked.notify_all()

    def expect_switch(self) -> None:
        """A switch may be announced from now on. Called before this worker says that it could switch."""
        self._expects = self._expects_on = True

    def expect_none(self) -> None:
        """The switch has come to nothing, or is in the log already: the next look finds it."""
        self._expects_on = False

    @property
    def expects_switch(self) -> bool:
        """Whether the log is to be looked into all the time, whatever the notifier says."""
        return self._expects

    def switch_prepared(self) -> None:
        """The switch is announced and happens by itself. For another one this worker would have to load code first."""
        with self._looked:
            self._expects = self._expects_on = False
            self._looked.notify_all()

    # All others

    def visited(self) -> None:
        """A request has come from outside."""
        self._visits.visited(self._clock())

    def current(self, switch: Switch[T]) -> T:
        """What a request that starts now is served from."""
        value = switch.current()  # first: between the question and the answer it could become what was before
        if not self._done():
            self.wait()
            value = switch.current()
        return value

    def wait(self, seconds: float = LIMIT_SECONDS) -> bool:
        """True as soon as the worker may serve from what it has; False where it may not yet after so many seconds."""
        if self._done():
            return True
        with self._looked:
            return self._looked.wait_for(self._done, seconds) or self._done()

    def beat(self) -> None:
        """Called all the time. After a gap of AWAY_SECONDS the worker must have stood still."""
        now = self._clock()
        if now - self._last_beat > AWAY_SECONDS:
            _log.warning("This worker has stood still, and catches up first", seconds=round(now - self._last_beat, 1))
            self._woke = now
        self._last_beat = now

    def _done(self) -> bool:
        now = self._clock()
        if now - self._last_beat > AWAY_SECONDS:  # just woken, before the thread of the heart-beat
            self.beat()
        if self._tried < self._woke and now - self._woke <= LIMIT_SECONDS:
            return False
        if self._expects and ANNOUNCED_SECONDS < now - self._known <= ANNOUNCED_LIMIT_SECONDS:
            return False
        back = self._visits.back
        if self._tried >= back or now - back > BACK_LIMIT_SECONDS:
            return True
        return self._known >= back - _CURRENT_SECONDS

    def _keep_beating(self) -> None:
        while True:
            time.sleep(_BEAT_SECONDS)
            self.beat()
