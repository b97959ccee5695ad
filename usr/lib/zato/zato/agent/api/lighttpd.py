"""What the agent of one lighttpd answers, and does, for those who may ask."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from typing import Any

import falcon
from cryptography import x509
from msgspec import Struct

from zato.agent.api.application import Said, new_application
from zato.agent.lighttpd.file_set import file_sets
from zato.agent.lighttpd.files import PROGRAM
from zato.agent.lighttpd.names import CLIENT_CA
from zato.agent.lighttpd.reconciler import LighttpdReconciler
from zato.agent.managed.state import Failure
from zato.host.layout import Layout, ServerLayout
from zato.host.logs import get_logger
from zato.host.programs import program
from zato.pki.certificates import fingerprint

_VERSION_SECONDS = 5.0


class Shown(Struct, frozen=True, kw_only=True):
    """The certificate that lighttpd shows at this moment."""

    serial: str
    not_after: datetime
    fingerprint: str


class Error(Struct, frozen=True, kw_only=True):
    """What went wrong last, also where that is over."""

    at: datetime
    reason: str
    details: list[str]


class LighttpdState(Struct, frozen=True, kw_only=True):
    """One lighttpd."""

    server: str
    running: bool
    ok: bool
    problems: list[str]
    version: str
    pid: int | None
    since: datetime | None
    """When lighttpd has last read its files."""
    listens: list[str]
    """Addresses on which it listens by its configuration, at the port of its server."""
    configuration: str
    """Digest of the files with which it was last seen to serve."""
    authorities: list[str]
    """Fingerprints of the CAs whose clients are accepted."""
    certificate: Shown | None
    reloads: int
    error: Error | None
    keeps_last_good: bool
    """Whether it serves with other files than it should, as it did not serve with those."""


def application(layout: Layout, reconciler: LighttpdReconciler, number: int) -> falcon.App[Any, Any]:
    """The agent's application."""
    server = layout.server(number)
    log = get_logger("zato.agent.lighttpd")
    return new_application(
        reconciler,
        lambda: state_of(reconciler, server),
        Said(
            reload=lambda **who: log.info("A reload of lighttpd was asked for", **who),
            rollback=lambda **who: log.info("A roll-back of lighttpd was asked for", **who),
        ),
    )


def state_of(reconciler: LighttpdReconciler, server: ServerLayout) -> LighttpdState:
    """With what lighttpd shows at this moment."""
    state, pid, loaded = reconciler.state, reconciler.running.pid(), reconciler.running.loaded_at()
    problems = [] if state.failure is None else [state.failure.reason]
    shown = None
    try:
        shown = _shown(reconciler.serving.shown())
    except OSError as error:
        problems.append(f"It does not answer: {error}.")
    return LighttpdState(
        server=f"server-{server.number}",
        running=pid is not None,
        ok=not problems,
        problems=problems,
        version=_version(),
        pid=pid,
        since=None if loaded is None else datetime.fromtimestamp(loaded, UTC),
        listens=list(reconciler.addresses),
        configuration=state.configuration,
        authorities=[fingerprint(each) for each in _certificates(_read(server, CLIENT_CA))],
        certificate=shown,
        reloads=state.reloads,
        error=None if state.last_failure is None else _told(state.last_failure),
        keeps_last_good=file_sets(server.lighttpd).rejected() is not None,
    )


def _told(failure: Failure) -> Error:
    return Error(at=failure.at, reason=failure.reason, details=list(failure.details))


def _shown(der: bytes) -> Shown:
    certificate = x509.load_der_x509_certificate(der)
    return Shown(
        serial=f"{certificate.serial_number:x}",
        not_after=certificate.not_valid_after_utc,
        fingerprint=fingerprint(certificate),
    )


def _version() -> str:
    done = subprocess.run(
        [program(PROGRAM), "-v"], capture_output=True, text=True, timeout=_VERSION_SECONDS, check=False
    )
    return done.stdout.partition(" ")[0].removeprefix(f"{PROGRAM}/")


def _read(server: ServerLayout, name: str) -> bytes:
    try:
        return (server.lighttpd / name).read_bytes()
    except FileNotFoundError:
        return b""


def _certificates(pem: bytes) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(pem) if pem else []
