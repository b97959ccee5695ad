"""The ODB: reachable, and at this release's version."""

from __future__ import annotations

from collections.abc import Iterator

from zato.core.errors import ZatoError
from zato.doctor.finding import Finding, of_error
from zato.doctor.odb import opened
from zato.host.layout import Layout
from zato.host.settings import ClusterSettings
from zato.odb.moving import require_complete
from zato.odb.write_freeze import WriteFreeze


def check(layout: Layout, cluster: ClusterSettings) -> Iterator[Finding]:
    """Whether servers could use it, and make changes."""
    try:
        with opened(layout, cluster) as database:
            require_complete(database, cluster.name)
            moved = WriteFreeze(database).current() is not None
        if moved:
            yield Finding(
                f"The ODB at {database.label} is being moved, and refuses changes meanwhile.",
                "Where no `zato odb move` runs any more: repeat it, or zato odb move --abort",
            )
    except ZatoError as error:
        yield of_error(error, "zato odb status")
