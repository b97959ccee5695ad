"""Clocks: deployments switch at a moment of the clock, and who is alive follows from it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from zato.core.errors import ZatoError
from zato.doctor.finding import Finding
from zato.doctor.odb import opened
from zato.host.layout import Layout
from zato.host.settings import ClusterSettings
from zato.odb.members import Members

_SECONDS_MAX = 2.0


def check(layout: Layout, cluster: ClusterSettings, now: datetime) -> Iterator[Finding]:
    """No server is heard of from the future. One whose clock is behind sees the others there."""
    try:
        with opened(layout, cluster) as database:
            workers = Members(database).workers()
    except ZatoError:
        return  # the check of the ODB says so
    ahead = {each.server: (each.beat - now).total_seconds() for each in workers}
    for server, seconds in sorted(ahead.items()):
        if seconds > _SECONDS_MAX:
            yield Finding(
                f"Server {server} was last heard of {seconds:.0f} s from now: the clock of its machine, or this one's, "
                "is wrong.",
                "timedatectl",
            )
