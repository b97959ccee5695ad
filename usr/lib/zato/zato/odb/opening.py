"""The cluster's own ODB, opened the same way in every process."""

from __future__ import annotations

from pathlib import Path

from zato.core.errors import SetupError
from zato.host.settings import ClusterSettings
from zato.odb.address import DatabaseTls, parse
from zato.odb.cluster_identity import Identity, guard
from zato.odb.database import Database
from zato.sql.verification import machines_authorities


def open_odb(cluster: ClusterSettings, *, pool_size: int = 5, ours: Identity | None = None) -> Database:
    """The ODB of zato.toml, over TLS as it says there. Nothing is connected to yet.

    Where it is known what is `ours`, another cluster's ODB in its place is one that is away.
    """
    owner = None if ours is None else guard(ours, parse(cluster.odb).label)
    return Database(cluster.odb, tls=odb_tls(cluster), pool_size=pool_size, owner=owner)


def odb_tls(cluster: ClusterSettings) -> DatabaseTls | None:
    """What zato.toml says about TLS to the ODB; None where it says nothing, so that the URL and the machine decide."""
    if bool(cluster.odb_certificate) != bool(cluster.odb_key):
        raise SetupError(
            "zato.toml has one of odb_certificate and odb_key without the other; name both or none.",
            code="invalid-odb-tls",
        )
    if not cluster.odb_ca and not cluster.odb_certificate:
        return None
    authorities = Path(cluster.odb_ca or machines_authorities())
    if not cluster.odb_certificate:
        return DatabaseTls(authorities)
    return DatabaseTls(authorities, Path(cluster.odb_certificate), Path(cluster.odb_key))
