"""Reloads HAProxy without a lost connection."""

from __future__ import annotations

import re
import socket
import ssl
import threading

from zato.agent.haproxy import server_states
from zato.agent.haproxy.file_set import frame_in
from zato.agent.haproxy.running import RunningHaproxy
from zato.agent.managed.file_sets import FileSet
from zato.agent.managed.reloading import interrupted
from zato.core.clock import Clock
from zato.core.errors import SetupError, Unavailable
from zato.host.layout import Layout
from zato.host.logs import get_logger

_TAKE_UP_SECONDS = 10.0
_HANDSHAKE_SECONDS = 5.0
_POLL_SECONDS = 0.05
# How long things take, and where requests go
_HARMLESS = re.compile(r"(timeout|server|balance|hash-type|log|description|retries|hard-stop-after|http-reuse)\b")


class ReloadableHaproxy:
    """`edge` is where clients connect to."""

    title = "HAProxy"
    harmless = _HARMLESS

    def __init__(
        self, layout: Layout, haproxy: RunningHaproxy, edge: tuple[str, int], clock: Clock, stop: threading.Event
    ) -> None:
        self._layout = layout
        self._haproxy = haproxy
        self._edge = edge
        self._clock = clock
        self._stop = stop
        # Who it is does not matter here, as it is told nothing: it only has to get through a handshake
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._tls.check_hostname = False
        self._tls.verify_mode = ssl.CERT_NONE
        self._log = get_logger("zato.agent.haproxy")

    def without_files(self) -> SetupError:
        return SetupError(
            "HAProxy has no configuration to be reloaded with; zato doctor says more.", code="balancer-not-configured"
        )

    def reload(self, files: FileSet) -> str | None:
        """Raises Unavailable where it is not there to be told, and SetupError where the agent is stopped meanwhile."""
        before, failed = self._haproxy.worker().pid, self._haproxy.failed_reloads()
        server_states.hand_over(self._layout)
        self._haproxy.reload()
        said = "No new process of HAProxy's has started; its log says why."
        deadline = self._clock.monotonic() + _TAKE_UP_SECONDS
        while self._clock.monotonic() < deadline:
            if self._stop.wait(_POLL_SECONDS):
                raise interrupted("HAProxy")
            try:
                worker = self._haproxy.worker()
            except Unavailable as error:
                said = error.message
                continue
            if worker.pid == before:
                if self._haproxy.failed_reloads() > failed:
                    return said
                continue
            if worker.frame != frame_in(files):
                said = f"It has loaded another configuration ({worker.frame or 'one without a description'})."
                continue
            server_states.forget(self._layout)
            return self._handshake()
        return said

    def recover(self, files: FileSet) -> str | None:
        try:
            return self.reload(files)
        except Unavailable as error:  # it has ended, and starts from these files
            return error.message

    def reloaded(self, files: FileSet) -> None:
        self._log.info("HAProxy was reloaded", frame=frame_in(files))

    def undone(self, reason: str, then: str) -> None:
        self._log.error("A reload of HAProxy was undone", reason=reason, then=then)

    def _handshake(self) -> str | None:
        try:
            with socket.create_connection(self._edge, _HANDSHAKE_SECONDS) as plain, self._tls.wrap_socket(plain):
                return None
        except OSError as error:
            return f"Its port {self._edge[1]} does not answer: {error}."
