"""The gunicorn master of a server in a cluster of several: it ends once the balancer sends it nothing more."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gunicorn.arbiter import Arbiter
from gunicorn.errors import HaltServer

from zato.config.disk import DiskSnapshot
from zato.config.kinds.server import SERVER
from zato.core.clock import SystemClock
from zato.core.standstill import Standstill
from zato.host.draining import Draining
from zato.host.layout import Layout
from zato.host.logs import get_logger
from zato.host.watchdog import Watchdog

# Opening the ODB and importing what is deployed, on a machine that has much to do
_START_SECONDS = 180.0
# The master waits a second at most; what it does in between is short
_TURN_SECONDS = 2.0
_log = get_logger("zato.server")


class DrainingArbiter(Arbiter):  # type: ignore[misc]
    """After SIGTERM it goes on for so many seconds as `seconds` returns, while its health checks say that it will end.

    Then it ends as any gunicorn does: no connection is accepted any more, requests under way are finished. A second
    SIGTERM, SIGINT or SIGQUIT ends the wait.

    On SIGHUP its workers are replaced, one at a time, while the others, and those that are about to end, go on.

    A worker whose heart-beat is missing for as long as `stuck_seconds` returns, or that does not come to its first one,
    is killed and replaced. Time in which this master itself stood still does not count: the workers may have, too.
    """

    def __init__(
        self,
        app: Any,
        draining: Draining,
        seconds: Callable[[], float],
        workers: Callable[[], int],
        stuck_seconds: Callable[[], float],
    ) -> None:
        self.num_workers: int
        self.timeout: float
        super().__init__(app)
        self._stuck_seconds = stuck_seconds
        self._since: dict[int, float] = {}
        self.WORKERS: dict[int, Any]
        self._wanted_workers = workers
        self._workers = self.num_workers
        self._to_replace: set[int] = set()
        self._draining = draining
        self._seconds = seconds
        self._leave_at: float | None = None
        self._watchdog = Watchdog(SystemClock())
        self._standstill = Standstill(_TURN_SECONDS)

    def handle_term(self) -> None:
        seconds = self._seconds()
        if self._leave_at is not None or seconds <= 0:
            raise StopIteration  # gunicorn's way to leave the loop that this is called from
        _log.info("About to stop: waiting for the balancer to notice", seconds=seconds)
        self._draining.begin()
        self._leave_at = time.monotonic() + seconds

    def handle_hup(self) -> None:
        self._to_replace = {*self.WORKERS}
        _log.info("The workers are replaced, one at a time", workers=len(self._to_replace))

    def wait_for_signals(self, timeout: float = 1.0) -> list[int]:
        self._watchdog.turn()
        self._follow_settings()
        if self._leave_at is not None:
            left = self._leave_at - time.monotonic()
            if left <= 0:
                raise StopIteration
            timeout = min(timeout, left)
        signals: list[int] = super().wait_for_signals(timeout)
        return signals

    def spawn_workers(self) -> None:
        """As gunicorn's own, without its pause after each worker: several that died together come back together."""
        for _ in range(self.num_workers - len(self.WORKERS)):
            self.spawn_worker()

    def reap_workers(self) -> None:
        """As gunicorn's own, but a worker that was at work ends no server, whatever code it ends with."""
        while True:
            workers = dict(self.WORKERS)
            at_work = {pid for pid, worker in workers.items() if _is_at_work(worker)}
            try:
                super().reap_workers()
            except HaltServer:
                ended = workers.keys() - self.WORKERS.keys()
                if not ended <= at_work:
                    raise
                for pid in ended:
                    workers[pid].tmp.close()
                    self.cfg.child_exit(self, workers[pid])
            else:
                return

    def murder_workers(self) -> None:
        """As gunicorn's own, which would wait for ever for the first heart-beat of a worker."""
        self.timeout = self._stuck_seconds()
        still = self._standstill.turn()
        if still:
            self._begin_anew(still)
        now = time.monotonic()
        self._since = {pid: self._since.get(pid, now) for pid in self.WORKERS}
        for pid, since in self._since.items():
            if now - since > _START_SECONDS and not _is_at_work(self.WORKERS[pid]):
                _log.error("A worker has not begun to work and is replaced", pid=pid, seconds=round(now - since))
                self.kill_worker(pid, signal.SIGKILL)
        super().murder_workers()

    def _begin_anew(self, still: float) -> None:
        """Every worker has its whole time again from now on."""
        _log.warning("This server has stood still; its workers have their time anew", seconds=round(still, 1))
        self._since = {pid: since + still for pid, since in self._since.items()}
        for worker in self.WORKERS.values():
            if _is_at_work(worker):
                worker.tmp.notify()

    def _follow_settings(self) -> None:
        """gunicorn starts workers after each wait, or ends the oldest; those that end finish what they have."""
        wanted = self._wanted_workers()
        if wanted != self._workers:
            _log.info("The number of workers changes", before=self._workers, after=wanted)
            self._workers = wanted
        self._to_replace &= {*self.WORKERS}
        # With one more than there should be, gunicorn ends the oldest: not before each new one is at work
        starting = any(not _is_at_work(worker) for worker in self.WORKERS.values())
        one_more = bool(self._to_replace) and (starting or len(self.WORKERS) <= wanted)
        self.num_workers = wanted + one_more


def _is_at_work(worker: Any) -> bool:
    """Whether it has given a heart-beat, a time of the monotonic clock; its file begins with one of the wall clock."""
    return bool(worker.tmp.last_update() <= time.monotonic())


class DrainTime:
    """How long a server has to wait before it stops: not at all where nobody would send its requests elsewhere."""

    def __init__(self, *, seconds: Callable[[], float], servers: Callable[[], int], balancer: Path) -> None:
        """`servers` says how many there are by then: others may have been added since this one started."""
        self._seconds = seconds
        self._servers = servers
        self._balancer = balancer
        self._parent = os.getppid()

    def __call__(self) -> float:
        # With the whole cluster the balancer ends first; where its supervisor was killed all end at the same time
        if self._servers() < 2 or os.getppid() != self._parent or _refuses(self._balancer):
            return 0.0
        return self._seconds()


def servers_of_cluster(layout: Layout, number: int, configured: int) -> int:
    """How many there are on all machines, as far as server `number` knows; at least those on this one."""
    here = len(layout.server_numbers(configured))
    known = DiskSnapshot(layout.server(number).snapshot).load([SERVER.name])
    return here if known is None else max(here, len(known.items_of(SERVER.name)))


def _refuses(path: Path) -> bool:
    """Whether a process listened there and has ended. One that is on another machine, or not ours to ask, does not."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1.0)
        try:
            connection.connect(str(path))
        except ConnectionRefusedError:
            return True
        except OSError:
            return False
    return False
