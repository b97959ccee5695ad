"""A host for tests that leave nothing as they found it, with what was on it before Zato came."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from support.appliance import deploy_hello, install
from support.host_state import STAMP, State
from support.hosts import Host, NewHost


@dataclass(frozen=True)
class Spare:
    """Zato is on it, with a service behind /hello."""

    host: Host
    before: State


@contextmanager
def spare_host(new_host: NewHost) -> Iterator[Spare]:
    """One, for as long as the context lasts."""
    with new_host("spare") as host:
        host.run(f"touch {STAMP}")
        before = State.of(host)
        install(host)
        deploy_hello(host)
        yield Spare(host, before)
