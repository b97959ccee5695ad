"""The gunicorn worker class: threads that accept for themselves, as many as the services' waiting needs.

lighttpd opens a connection for every request, so what counts is the way from accept to close. Each thread waits on
its own epoll with EPOLLEXCLUSIVE, accepts, handles and closes; no queue and no hand-over between threads. A worker
starts with a few threads, which is fastest for services that only compute, and grows while connections wait and
nothing moves, up to `threads_max`, which services that wait for slow systems need. The main thread keeps gunicorn's
heart-beat, grows and shrinks the pool and enforces time limits. docs/adr/0001-worker-class.md has the measurements.
"""

from __future__ import annotations

import ctypes
import math
import os
import select
import socket
import threading
import time
from typing import Any

from gunicorn.http import errors as http_errors
from gunicorn.util import close_graceful
from gunicorn.workers.base import Worker

from zato.core.errors import TimeLimitExceeded
from zato.server.flight import Flight, time_limit_answer
from zato.server.wire import Answer, Reader

_TICK_SECONDS = 0.02
_IDLE_SECONDS = 30.0
_THREADS_AT_START = 4
_STUCK_THREADS_MAX = 64
_READ_SECONDS = 120.0


class AcceptingThreadsWorker(Worker):  # type: ignore[misc]
    """See the module. Settings come from gunicorn's own: `threads` is the most threads one worker may have."""

    alive: bool

    def run(self) -> None:
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._total = 0
        self._idle: set[int] = set()
        self._finished = 0
        self._given_up: set[int] = set()
        self._reader = Reader(self.cfg)
        self._flights: dict[int, Flight] = {}
        self._doors = {listener.fileno(): listener.sock for listener in self.sockets}
        self._internal = {fd for fd, listener in self._doors.items() if "internal" in str(listener.getsockname())}
        self._stop_reader, self._stop_writer = os.pipe()
        for listener in self.sockets:
            listener.setblocking(False)
        for _ in range(min(_THREADS_AT_START, self.cfg.threads)):
            self._grow()
        self._supervise()
        self._stop.set()
        os.write(self._stop_writer, b"x")
        self._wait_for_flights()

    def _supervise(self) -> None:
        """Until told to stop: heart-beat each second, growth and time limits each tick."""
        waiting = select.poll()
        for listener in self.sockets:
            waiting.register(listener, select.POLLIN)
        next_beat = 0.0
        finished_before = 0
        while self.alive:
            time.sleep(_TICK_SECONDS)
            now = time.monotonic()
            if now >= next_beat:
                self.notify()
                next_beat = now + 1.0
                if self.ppid != os.getppid():
                    self.log.info("The parent process has gone, stopping: %s", self)
                    break
            self._enforce_time_limits(now)
            # Connections wait, no thread is free, and fewer requests than there are threads finished in a tick: the
            # threads are waiting for something, not computing, so more of them help.
            finished = self._finished
            if not self._idle and finished - finished_before < self._total and waiting.poll(0):
                for _ in range(min(self._total, self.cfg.threads - self._total)):
                    self._grow()
            finished_before = finished
            stuck = len(self._given_up)
            if stuck > _STUCK_THREADS_MAX:
                self.log.error("%d threads are stuck in services beyond their time limits, replacing the worker", stuck)
                break
        self.alive = False

    def _grow(self) -> None:
        with self._lock:
            self._total += 1
        threading.Thread(target=self._serve, name="request", daemon=True).start()

    def _serve(self) -> None:
        """One thread's life: wait, accept, handle, close, again."""
        me = threading.get_ident()
        poll = select.epoll()
        for fd in self._doors:
            poll.register(fd, select.EPOLLIN | select.EPOLLEXCLUSIVE)
        poll.register(self._stop_reader, select.EPOLLIN)
        try:
            while not self._stop.is_set():
                self._idle.add(me)
                try:
                    events = poll.poll(_IDLE_SECONDS)
                finally:
                    self._idle.discard(me)
                if not events:
                    with self._lock:
                        if self._total > _THREADS_AT_START:
                            self._total -= 1
                            return
                for fd, _ in events:
                    listener = self._doors.get(fd)
                    if listener is not None and not self._accept_all(listener, fd in self._internal):
                        return
        except TimeLimitExceeded:
            # Arrived after the service had ended by itself. The thread is abandoned either way.
            return
        finally:
            poll.close()
            self._given_up.discard(me)

    def _accept_all(self, listener: socket.socket, internal: bool) -> bool:
        """Handle connections while there are any. False when this thread was given up and has to end."""
        while not self._stop.is_set():
            try:
                client, address = listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return True
            flight = Flight(client, threading.get_ident())
            flight.deadline = time.monotonic() + _READ_SECONDS
            self._flights[flight.thread] = flight
            try:
                self._handle(listener, client, address, internal, flight)
            except TimeLimitExceeded:
                pass
            finally:
                self._finished += 1
                self._flights.pop(flight.thread, None)
            if flight.abandoned:
                return False
        return True

    def _handle(self, listener: Any, client: socket.socket, address: Any, internal: bool, flight: Flight) -> None:
        linger = True
        try:
            environ = self._reader.read(client, address, listener.getsockname)
            if environ is not None:
                flight.deadline = math.inf
                environ["zato.flight"] = flight
                environ["zato.internal"] = internal
                self.nr += 1
                answer = Answer(client, flight, environ["REQUEST_METHOD"])
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
            self.log.debug("The connection ended early: %s", error)
        except TimeLimitExceeded:
            raise
        except Exception as error:  # the outermost loop: nothing may end the thread
            if flight.claim():
                self.handle_error(None, client, address, error)
            else:
                self.log.exception("A response broke off after it had begun")
        finally:
            if linger:
                close_graceful(client)
            else:
                client.close()

    def _enforce_time_limits(self, now: float) -> None:
        """Answer 504 in place of services that ran out of time, and interrupt them where Python can be interrupted."""
        for flight in list(self._flights.values()):
            if flight.deadline < now and flight.claim(abandon=True):
                self._give_up(flight)

    def _give_up(self, flight: Flight) -> None:
        with self._lock:
            self._total -= 1
        self._given_up.add(flight.thread)
        self._flights.pop(flight.thread, None)
        if flight.service:
            self.log.warning(
                "Service %s exceeded its time limit of %.1f s, cid %s", flight.service, flight.limit_seconds, flight.cid
            )
        try:
            flight.client.settimeout(0)
            if flight.service:  # without one the request has not even come in whole: there is nothing to answer
                flight.client.sendall(time_limit_answer(flight))
            flight.client.shutdown(socket.SHUT_RDWR)
        except OSError as error:
            self.log.debug("The caller had gone before its time limit: %s", error)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(flight.thread), ctypes.py_object(TimeLimitExceeded))
        if self._total < _THREADS_AT_START:
            self._grow()

    def _wait_for_flights(self) -> None:
        """Requests that have begun are finished, within gunicorn's graceful timeout."""
        deadline = time.monotonic() + float(self.cfg.graceful_timeout)
        while self._flights and time.monotonic() < deadline:
            self.notify()
            self._enforce_time_limits(time.monotonic())
            time.sleep(_TICK_SECONDS)
