"""All that is looked at for `zato status`. To add a subject: a function that yields findings, and its line below."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from zato.admin_api.status import members
from zato.admin_api.status.seen import Seen
from zato.config.balancing import kept_in_use
from zato.core.finding import Finding
from zato.serving.loose_ends import loose_ends

Examination = Callable[[Seen], Iterator[Finding]]
"""Yields what is not well of what was seen."""


def examine(seen: Seen) -> list[Finding]:
    """All findings, in the order of the subjects."""
    return [finding for examination in EXAMINATIONS for finding in examination(seen)]


def _serving(seen: Seen) -> Iterator[Finding]:
    """What the worker that answers cannot use of the configuration."""
    for problem in seen.snapshot.problems:
        yield Finding(problem, "not-usable")
    yield from loose_ends(seen.configuration, seen.snapshot.codes.used)


def _broker(seen: Seen) -> Iterator[Finding]:
    if seen.broker_problem is not None:
        yield Finding(
            f"{seen.broker_problem} Requests go on; changes are looked for in the ODB, and asynchronous invocations "
            "are kept there.",
            "broker-away",
            subject="broker",
        )


def _odb(seen: Seen) -> Iterator[Finding]:
    error = seen.odb_error or seen.beat_error
    if error is not None:
        yield Finding(
            f"{error.message} Requests go on with what the servers know; changes are refused.",
            error.code,
            subject="ODB",
        )


def _members(seen: Seen) -> Iterator[Finding]:
    """Nobody's silence says anything where the ODB takes no heart-beat."""
    if seen.odb_error is None and seen.beat_error is None:
        yield from members.findings(seen)


def _balancing(seen: Seen) -> Iterator[Finding]:
    kept = kept_in_use(seen.configuration, {f"server-{server.number}" for server in seen.servers})
    if kept is not None:
        yield Finding(
            f"All servers are inactive or drain; the balancer goes on using {kept}, or nothing would answer. "
            f"Have one take requests: zato config set server {kept} active=true drain=false",
            "all-servers-drained",
            subject=kept,
        )


def _messages(seen: Seen) -> Iterator[Finding]:
    if seen.odb_error is not None or seen.broker_problem is not None:
        return
    error = seen.messages_error
    if error is not None:
        yield Finding(f"{error.message} Asynchronous invocations wait meanwhile.", error.code, subject="messages")
    dead = 0 if seen.messages is None else seen.messages.dead
    if dead:
        are = "message is a dead letter" if dead == 1 else "messages are dead letters"
        yield Finding(
            f"{dead} {are}; zato message list says why, retry and delete deal with them.",
            "dead-letters",
            subject="messages",
        )


def _held(seen: Seen) -> Iterator[Finding]:
    if seen.held is None:
        return
    since = f"{seen.held.since:%Y-%m-%d %H:%M:%S} UTC"
    waiting = "messages" if seen.messages is None else f"{seen.messages.waiting} messages"
    yield Finding(
        f"Held since {since}, {waiting}: {seen.held.reason}. Once they may go out: zato cluster release",
        "held",
        subject="messages",
    )


def _packages(seen: Seen) -> Iterator[Finding]:
    """Servers that lack what services may import."""
    said = {each.server: each for each in seen.package_reports}
    for server in seen.servers:
        report = said.get(server.number)
        if report is not None and not report.installed:
            yield Finding(
                f"server-{server.number} does not have the declared packages, and tries again every minute: "
                f"{report.reason}",
                "packages-not-installed",
                subject=f"server-{server.number}",
            )


def _public_certificate(seen: Seen) -> Iterator[Finding]:
    """What browsers and partners will complain of."""
    if seen.public is None:
        return
    if seen.public.problem is not None:
        yield Finding(
            f"{seen.public.problem} The last good one is shown. Once its files are right: zato pki public",
            "public-certificate-refused",
            subject="certificates",
        )
    shown = seen.public.certificate
    if shown is not None and shown.due:
        verb = "has expired" if seen.now >= shown.not_after else "expires"
        yield Finding(
            f"The public certificate {verb} on {shown.not_after:%Y-%m-%d %H:%M} UTC. Its issuer renews it; then: "
            "zato pki public CERTIFICATE KEY",
            "public-certificate-expires",
            subject="certificates",
        )


EXAMINATIONS: tuple[Examination, ...] = (
    _serving,
    _broker,
    _odb,
    _members,
    _balancing,
    _messages,
    _held,
    _packages,
    _public_certificate,
)
