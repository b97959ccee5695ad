"""A worker's life: what it serves from, and how changes of configuration and code reach it."""

from __future__ import annotations

import math
import socket
import threading
import time
from collections.abc import Callable, Sequence
from datetime import timedelta

from zato import __version__
from zato.config.configuration import Configuration
from zato.config.disk import DiskSnapshot
from zato.config.follower import LogFollower, Notifier, Replaced
from zato.core.clock import Clock
from zato.core.errors import Unavailable, ZatoError
from zato.deployment.code import CodeLoader, CodeNotLoaded
from zato.deployment.versions import switch_time
from zato.host.logs import get_logger, set_level
from zato.host.ongoing import Ongoing
from zato.metrics import Metrics
from zato.odb.change_notifier import AT_LEAST_EVERY_SECONDS
from zato.odb.failures import TAKES_NO_CHANGES
from zato.odb.log import ConfigurationLog
from zato.odb.members import Load, Members
from zato.server.snapshot_saving import ConfigurationSaver
from zato.serving.building import RevisionBuilder
from zato.serving.served_revision import ServedRevision
from zato.serving.staleness import Staleness
from zato.serving.switch import LATEST_SECONDS, Switch

_log = get_logger("zato.server")
_BEAT_SECONDS = AT_LEAST_EVERY_SECONDS
SILENT_AFTER = timedelta(seconds=60)
"""A worker that was not heard of for so long is taken for dead by the others of its server."""


class Runtime:
    """Keeps one worker's snapshot up to date. Constructed and started after the fork."""

    def __init__(
        self,
        *,
        worker: str,
        server: int,
        log: ConfigurationLog,
        notifier: Notifier,
        members: Members,
        switch: Switch[ServedRevision],
        builder: RevisionBuilder,
        code: CodeLoader,
        disk: DiskSnapshot,
        metrics: Metrics,
        clock: Clock,
        staleness: Staleness,
        load: Callable[[], Load],
        each_tick: Sequence[Callable[[], None]] = (),
        busy: Callable[[], bool] = lambda: False,
        silent_after: timedelta = SILENT_AFTER,
    ) -> None:
        """`switch` has what `builder` makes of nothing. `load` is what the others are told of this worker's.

        `each_tick` is done with every look at the log, in the follower's thread; soon again while it is `busy`.
        """
        self.worker = worker
        self._server = server
        self._members = members
        self._builder = builder
        self._code = code
        self._disk = disk
        self._metrics = metrics
        self._clock = clock
        self._staleness = staleness
        self._load = load
        self._stop = threading.Event()
        self._silent_after = silent_after
        self._removal_seconds = silent_after.total_seconds() / 6
        self._next_beat = 0.0
        self._last_beat = -math.inf
        self._next_removal = 0.0
        self._registered = False
        self._applied = 0
        self._told: int | None = None
        self._each_tick = tuple(each_tick)
        self._beating = Ongoing(
            _log, "The heart-beat cannot be written; trying again", "The heart-beat is written again"
        )
        self._saver = ConfigurationSaver(disk, code)
        self.problem: ZatoError | None = None
        """Why the ODB does not take this worker's heart-beat; None while it does."""
        self.switch = switch
        self._follower = LogFollower(log, notifier, clock, self._apply, self._tick, busy=busy, looks=staleness)

    @property
    def replaced(self) -> Replaced | None:
        """When this worker last found that the ODB is another one than before."""
        return self._follower.replaced

    def start(self) -> None:
        """Serve the newest configuration, or the last one known while the ODB is away, and follow the log."""
        try:
            self._register()
            self._follower.step()
        except Unavailable as error:
            saved = self._disk.load()
            _log.warning("Starting without the ODB", reason=error.message, snapshot=saved is not None)
            if saved is not None:
                self._apply(saved)
        self._staleness.start()
        threading.Thread(target=self._follower.run, args=(self._stop,), name="follower", daemon=True).start()

    def stop(self) -> None:
        """Leave the cluster's list of workers."""
        self._stop.set()
        self._saver.stop()
        try:
            self._members.forget(self.worker)
        except Unavailable:
            _log.warning("The ODB is away, so this worker stays listed until its heart-beat has expired")

    def _apply(self, configuration: Configuration) -> None:
        before = self.switch.current().snapshot
        try:
            codes = self._code.load(configuration, before.codes)
        except CodeNotLoaded:
            # Who may do what must not wait for code. But the revision does not count as applied, and is tried again.
            if before.configuration.revision != configuration.revision:
                self.switch.set(self._builder.build(configuration, before.codes, self._code.problems))
            raise
        at = switch_time(before.configuration, configuration)
        served = self._builder.build(configuration, codes, self._code.problems)
        self.switch.set(served, at)
        if at:
            self._staleness.switch_prepared()
        set_level(served.snapshot.settings.log_level)
        # Only what requests are really served from counts as applied. Others wait to hear of it, nobody for the disk
        time.sleep(min(LATEST_SECONDS, max(0.0, at - time.time())))
        self._applied = configuration.revision
        self._metrics.applied_revision.set(configuration.revision)
        try:
            if self._registered:
                self._live()
        finally:
            self._saver.save(configuration, codes)

    def _tick(self) -> None:
        if self._clock.monotonic() >= self._next_beat:
            self._next_beat = self._clock.monotonic() + _BEAT_SECONDS
            if self._builder.outdated():
                current = self.switch.current().snapshot
                self.switch.set(self._builder.build(current.configuration, current.codes, self._code.problems))
            # A change that has just been applied was told of with a beat
            if self._clock.monotonic() - self._last_beat >= _BEAT_SECONDS / 2:
                self._live()
            if self._code.packages_have_come():
                self._apply(self.switch.current().snapshot.configuration)
        for call in self._each_tick:
            call()

    def _live(self) -> None:
        """Tell the others that this worker lives. An ODB that takes no change may be read all the same."""
        try:
            self._register()
            self._beat(self._applied)
            self._remove_silent()
        except ZatoError as error:
            self.problem = error
            if error.code not in TAKES_NO_CHANGES:
                raise
            self._beating.failed(error.message)
        else:
            self._beating.went_well()
            if not self._beating.ongoing:
                self.problem = None

    def _register(self) -> None:
        if not self._registered:
            self._members.register_server(self._server, socket.gethostname(), __version__, self._clock.now())
            self._members.register_worker(self._server, self.worker, self._clock.now())
            self._registered = True

    def _beat(self, revision: int) -> None:
        now = self._clock.monotonic()
        # Others wait for what a worker has applied, not for its being alive
        announced = revision != self._told
        listed = self._members.beat(self.worker, revision, self._clock.now(), self._load(), announced=announced)
        self._told = revision
        if not listed and not self._stop.is_set():
            # Taken for dead by others, or the ODB was restored from a time before this worker
            _log.warning("This worker was not listed any more, registering again", worker=self.worker)
            self._registered = False
            self._register()
            self._members.beat(self.worker, revision, self._clock.now(), self._load())
        if now - self._last_beat > self._removal_seconds:
            # What kept this worker from it, such as an ODB that is away, may have kept the others too: they come first
            self._next_removal = now + self._removal_seconds
        self._last_beat = now

    def _remove_silent(self) -> None:
        """Remove the server's workers that ended without a word."""
        now = self._clock.monotonic()
        if now < self._next_removal:
            return
        self._next_removal = now + self._removal_seconds
        wall = self._clock.now()
        silent = self._members.forget_silent(self._server, wall - self._silent_after, wall + self._silent_after)
        for worker in silent:
            _log.warning("A worker was not heard of any more and is not listed any longer", worker=worker)
