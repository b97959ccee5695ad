"""The gunicorn worker class: threads that accept for themselves, as many as the services' waiting needs.

lighttpd opens a connection for every request, so what counts is the way from accept to close. Each thread waits on
its own epoll with EPOLLEXCLUSIVE, accepts, handles and closes; no queue and no hand-over between threads. The main
thread keeps gunicorn's heart-beat, sizes the pool (`server/sizing.py`) and enforces time limits.
docs/adr/0001-worker-class.md has the measurements.

Questions about health come in at a door of their own, to threads of their own: a worker all of whose threads wait for
something is busy, not ill.
"""

from __future__ import annotations

import math
import os
import socket
import time
from collections.abc import Callable
from typing import Any

from gunicorn.http import errors as http_errors
from gunicorn.util import close_graceful
from gunicorn.workers.base import Worker

from zato.core.standstill import Standstill
from zato.host.logs import correlate, get_logger
from zato.server.doors import Door
from zato.server.idle_sleep import IdleSleep
from zato.server.sizing import Sizing
from zato.server.threads import RequestThread, RequestThreads
from zato.server.tick import SLOW_SECONDS, TICK_SECONDS
from zato.server.watch import ThreadWatch
from zato.server.wire import Answer, Reader
from zato.serving.active_request import ActiveRequest, time_limit_answer
from zato.serving.interruption import Interrupted, any_goes_on
from zato.serving.memory import Memory

_HEALTH_THREADS = 2
_GIVEN_UP_THREADS_MAX = 64
_READ_SECONDS = 120.0
_OUT_OF_RESOURCES_SECONDS = 0.1
_STILL_SECONDS = 1.0

_log = get_logger("zato.worker")


def _unseen(_in_flight: int) -> None:
    """For applications that do not want to know."""


class AcceptingThreadsWorker(Worker):  # type: ignore[misc]
    """See the module. The application's `threads_max` says how many threads a worker may have at most, at each moment.

    Without it gunicorn's setting `threads` does. Its `memory` is the memory that their requests share.
    Its `internal_socket`, a path, is the door whose requests are marked as `zato.internal`; its `health_socket` the one
    that has threads of its own. Its `load_seen` is told each tick how many requests there are.
    """

    alive: bool
    PIPE: tuple[int, int]

    def run(self) -> None:
        self._reader = Reader(self.cfg)
        self._active: dict[RequestThread, ActiveRequest] = {}
        self._memory: Memory = self.app.memory()
        self._finished = 0
        self._idle_sleep = IdleSleep(self.PIPE[0])
        # A service that computes without letting go of the interpreter keeps the main thread from turning, too
        self._standstill = Standstill(_STILL_SECONDS, worked=time.process_time)
        doors = {listener.fileno(): Door(listener.sock) for listener in self.sockets}
        self._internal_door = self._door_of(doors, "internal_socket")
        health_door = self._door_of(doors, "health_socket")
        health = {} if health_door is None else {health_door.fileno(): doors.pop(health_door.fileno())}
        # Before any request: what the first one does to this process, the master has to be able to tell
        self.notify()
        self._health_threads = RequestThreads(health, self._accept_all)
        self._health_threads.keep(_HEALTH_THREADS if health else 0)
        self._threads = RequestThreads(doors, self._accept_all)
        watch = ThreadWatch(self._threads, self._active, doors, lambda: self._finished)
        sizing = Sizing(self.cfg.threads, watch.demand)
        self._threads.keep(sizing.least)
        self._supervise(watch, sizing)
        self._threads.stop()
        self._health_threads.stop()
        self._wait_for_active()

    def _door_of(self, doors: dict[int, Door], name: str) -> Door | None:
        path = getattr(self.app, name, None)
        return next((door for door in doors.values() if door.name == path), None)

    def _threads_max(self) -> int:
        most: Callable[[], int] | None = getattr(self.app, "threads_max", None)
        return int(self.cfg.threads) if most is None else most()

    def _supervise(self, watch: ThreadWatch, sizing: Sizing) -> None:
        """Until told to stop: heart-beat each second, number of threads and time limits each tick.

        Without requests, and with no more threads than there are to be then, it looks less often: there is nothing to
        decide before a request takes the last idle thread, or before the first one after a while, and these wake it.
        Questions about health do not count.
        """
        load_seen: Callable[[int], None] = getattr(self.app, "load_seen", _unseen)
        next_beat = 0.0
        before = -1
        while self.alive:
            finished = self._finished
            rested = before == finished and not self._active and self._threads.count <= sizing.few
            before = finished
            if rested:
                self._idle_sleep.sleep(lambda: not self._active)
            else:
                self._idle_sleep.disturbed()
                watch.pause(sizing.few)
            now = time.monotonic()
            if now >= next_beat:
                self.notify()
                sizing.limit(self._threads_max())
                next_beat = now + 1.0
                if self.ppid != os.getppid():
                    _log.info("The parent process has gone, so this worker ends")
                    break
                if any_goes_on():
                    _log.error("A service goes on after its time limit; replacing the worker")
                    break
            slow = self._enforce_time_limits(now)
            load_seen(len(self._active))
            if rested:  # it was no tick: what was done meanwhile says nothing of how busy the threads are
                watch.begin()
                change = sizing.rest(self._threads.count)
            else:
                change = sizing.change(watch.seen(slow, sizing.few))
            self._threads.least = sizing.least
            self._threads.change(change)
            given_up = self._threads.given_up
            if given_up > _GIVEN_UP_THREADS_MAX:
                _log.error("Services go on long after their time limits; replacing the worker", threads=given_up)
                break
        self.alive = False

    def _accept_all(self, door: Door, thread: RequestThread) -> None:
        """Handle connections while there are any and the thread may go on."""
        while True:
            try:
                client, address = door.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:  # no file descriptors or memory: the connection waits where it is
                _log.error("A connection cannot be accepted for now", reason=str(error))
                time.sleep(_OUT_OF_RESOURCES_SECONDS)
                return
            correlate("")
            active = ActiveRequest(client, self._memory, thread.pool.spare)
            active.deadline = active.started + _READ_SECONDS
            self._active[thread] = active
            about_health = thread.pool is self._health_threads
            if not about_health and self._idle_sleep.is_asleep:
                self._idle_sleep.request_came(thread.pool.idle)
            try:
                self._handle(door, client, address, active)
            except Interrupted:
                pass
            finally:
                if not about_health:
                    self._finished += 1
                self._active.pop(thread, None)
                active.end()
            if active.abandoned:
                thread.wanted = False
            if thread.pool.surplus:
                thread.pool.leave(thread)
            if not thread.wanted:
                return

    def _handle(self, door: Door, client: socket.SocketType, address: Any, active: ActiveRequest) -> None:
        linger = True
        try:
            environ = self._reader.read(client, address, door.name)
            if environ is not None:
                active.deadline = math.inf
                environ["zato.request"] = active
                environ["zato.internal"] = door is self._internal_door
                environ["zato.wait"] = active.waiting
                self.nr += 1
                answer = Answer(client, active, environ["REQUEST_METHOD"])
                chunks = self.wsgi(environ, answer.start_response)
                try:
                    answer.send(chunks)
                finally:
                    if hasattr(chunks, "close"):
                        chunks.close()
                # Unread input would turn close() into a reset that can overtake the answer: only then linger.
                linger = "zato.unread" in environ
        except (http_errors.NoMoreData, StopIteration):
            pass
        except OSError as error:
            _log.debug("The connection ended early", reason=str(error))
        except Interrupted:
            raise
        except BaseException as error:  # noqa: BLE001 - the outermost loop: nothing may end the thread, sys.exit() neither
            if active.claim() and isinstance(error, Exception):
                self.handle_error(None, client, address, error)
            else:
                _log.exception("A response broke off", cid=active.cid)
        finally:
            if linger:
                close_graceful(client)
            else:
                client.close()

    def _enforce_time_limits(self, now: float) -> int:
        """Answer 504 in place of services that ran out of time, and interrupt them where Python can be interrupted.

        Returns how many requests are slow, though within their limits. Time in which the whole process stood still
        counts for none of them.
        """
        still = self._standstill.turn()
        if still:
            for active in list(self._active.values()):
                if active.started < time.monotonic() - still:
                    active.stood_still(still)
        slow = 0
        for thread, active in list(self._active.items()):
            if active.deadline < now and active.claim(abandon=True):
                self._give_up(thread, active)
            elif now - active.started > SLOW_SECONDS and not active.waits:
                slow += 1
        return slow

    def _give_up(self, thread: RequestThread, active: ActiveRequest) -> None:
        self._active.pop(thread, None)
        if active.ticket is not None:  # its thread may be interrupted before it comes to that, or never end
            active.ticket.release()
        if active.service:
            _log.warning(
                "The service exceeded its time limit",
                service=active.service,
                limit_seconds=active.limit_seconds,
                cid=active.cid,
            )
        try:
            active.client.settimeout(0)
            if active.service:  # without one the request has not even come in whole: there is nothing to answer
                active.client.sendall(time_limit_answer(active))
            active.client.shutdown(socket.SHUT_RDWR)
        except OSError as error:
            _log.debug("The caller had gone before its time limit", reason=str(error), cid=active.cid)
        thread.pool.give_up(thread)
        thread.pool.keep()

    def _wait_for_active(self) -> None:
        """Requests that have begun are finished, within gunicorn's graceful timeout."""
        deadline = time.monotonic() + float(self.cfg.graceful_timeout)
        while self._active and time.monotonic() < deadline:
            self.notify()
            self._enforce_time_limits(time.monotonic())
            time.sleep(TICK_SECONDS)
