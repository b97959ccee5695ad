"""The ODB: reachable, and at this release's version."""

from __future__ import annotations

from collections.abc import Iterator

from zato.core.errors import ZatoError
from zato.doctor.finding import Finding, of_error
from zato.host.settings import ClusterSettings
from zato.odb import migrate
from zato.odb.opening import open_odb


def check(cluster: ClusterSettings) -> Iterator[Finding]:
    """Whether servers could use it."""
    try:
        migrate.require_current(open_odb(cluster))
    except ZatoError as error:
        yield of_error(error, "zato odb status")
