"""Reloads HAProxy, without a lost connection, and only for good: one that does not serve then is put back."""

from __future__ import annotations

import re
import socket
import ssl
import threading
from dataclasses import replace

from zato.agent.haproxy import server_states
from zato.agent.haproxy.generations import Files, Generation, Refusal, files_in, keep, kept, put, refuse
from zato.agent.haproxy.names import ANSWERING, CONFIGURATION
from zato.agent.haproxy.running import RunningHaproxy
from zato.agent.managed.admitting import deciding, require_the_same
from zato.agent.managed.interrupted import stopped
from zato.core.clock import Clock
from zato.core.errors import Conflict, SetupError, Unavailable
from zato.host.layout import Layout
from zato.host.logs import get_logger

_TAKE_UP_SECONDS = 10.0
_HANDSHAKE_SECONDS = 5.0
_POLL_SECONDS = 0.05


# How long things take, and where requests go
_HARMLESS = re.compile(r"(timeout|server|balance|hash-type|log|description|retries|hard-stop-after|http-reuse)\b")


class Reloader:
    """`edge` is where clients connect to. One thread uses it."""

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
        self._said = ""
        self._log = get_logger("zato.agent.haproxy")

    def take_up(self) -> Files:
        """HAProxy serves with the files that are in place, which it returns.

        Where it does not, those with which it did before are put back, and it is reloaded again. Raises SetupError
        that says so, and Unavailable where no HAProxy is there to be reloaded, which is no fault of its files.
        """
        files = files_in(self._layout.haproxy)
        if files is None:
            raise SetupError(
                "HAProxy has no configuration to be reloaded with; zato doctor says more.",
                code="balancer-not-configured",
            )
        reason = self._reload(files)
        if reason is None:
            self.serves_with(files)
            self._said = ""
            self._log.info("haproxy_reloaded", frame=files.frame)
            return files
        good = kept(self._layout, Generation.GOOD)
        if good is None or good.frame == files.frame:
            if reason != self._said:  # it is tried again every second or so
                self._said = reason
                self._log.error("haproxy_reload_failed", reason=reason)
            raise SetupError(f"HAProxy did not take up its configuration: {reason}", code="reload-failed")
        # Before the files: what starts HAProxy again must not put these in place once more
        refuse(self._layout, Refusal(frame=files.frame, reason=reason))
        put(self._layout, good)
        second = self._reload_or_why_not(good)
        then = "the last good one is in place again" if second is None else f"nor the last good one: {second}"
        self._log.error("haproxy_reload_undone", reason=reason, then=then)
        raise SetupError(f"HAProxy did not take up its configuration: {reason} So {then}.", code="reload-failed")

    def go_back(self, *, with_security: bool = False) -> Files:
        """HAProxy serves with what it had before its present files, which are not tried again. Returns what it has.

        The CAs of clients stay those of now, and Conflict is raised where something else decides who gets in, unless
        `with_security`.
        """
        before, present = kept(self._layout, Generation.BEFORE), files_in(self._layout.haproxy)
        if before is None or present is None or before.frame == present.frame:
            raise Conflict("There is no earlier configuration of HAProxy's to go back to.", code="nothing-before")
        if not with_security:
            require_the_same("HAProxy", deciding(_by_name(present), _by_name(before), _HARMLESS))
            before = replace(before, authorities=present.authorities)
        refuse(self._layout, Refusal(frame=present.frame, reason="An operator has gone back to the one before."))
        put(self._layout, before)
        return self.take_up()

    def serves_with(self, files: Files) -> None:
        """Remembers that it does."""
        good = kept(self._layout, Generation.GOOD)
        if good == files:
            return
        if good is not None and good.frame != files.frame:
            keep(self._layout, Generation.BEFORE, good)
        keep(self._layout, Generation.GOOD, files)

    def _reload_or_why_not(self, files: Files) -> str | None:
        try:
            return self._reload(files)
        except Unavailable as error:  # it has ended, and starts from these files
            return error.message

    def _reload(self, files: Files) -> str | None:
        """Why it does not serve with them; None where it does.

        Raises Unavailable where it is not there to be told, and SetupError where the agent is stopped before it is
        known.
        """
        before, failed = self._haproxy.worker().pid, self._haproxy.failed_reloads()
        server_states.hand_over(self._layout)
        self._haproxy.reload()
        said = "No new process of HAProxy's has started; its log says why."
        deadline = self._clock.monotonic() + _TAKE_UP_SECONDS
        while self._clock.monotonic() < deadline:
            if self._stop.wait(_POLL_SECONDS):
                raise stopped("HAProxy")
            try:
                worker = self._haproxy.worker()
            except Unavailable as error:
                said = error.message
                continue
            if worker.pid == before:
                if self._haproxy.failed_reloads() > failed:
                    return said
                continue
            if worker.frame != files.frame:
                said = f"It has loaded another configuration ({worker.frame or 'one without a description'})."
                continue
            server_states.forget(self._layout)
            return self._handshake()
        return said

    def _handshake(self) -> str | None:
        try:
            with socket.create_connection(self._edge, _HANDSHAKE_SECONDS) as plain, self._tls.wrap_socket(plain):
                return None
        except OSError as error:
            return f"Its port {self._edge[1]} does not answer: {error}."


def _by_name(files: Files) -> dict[str, bytes]:
    return {CONFIGURATION: files.text, ANSWERING: files.answering, **files.own}
