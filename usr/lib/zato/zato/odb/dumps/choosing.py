"""By which program, or statement, an ODB is copied."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from zato.core.errors import SetupError
from zato.host.children import Account
from zato.host.settings import ClusterSettings
from zato.odb.database import Database
from zato.odb.dumps.facts import Facts
from zato.odb.dumps.server import MySqlDump, PostgreSqlDump
from zato.odb.dumps.sqlite import SqliteDump
from zato.odb.opening import odb_tls


class Dump(Protocol):
    """`save` puts a copy of one moment into a directory, `load` makes an ODB of it where there is none."""

    @property
    def name(self) -> str:
        """Of the file that `save` makes."""
        ...

    def save(self, directory: Path) -> Facts:
        """Returns what the copy holds. Raises ZatoError."""
        ...

    def load(self, directory: Path) -> None: ...


def dump_of(cluster: ClusterSettings, database: Database, account: Account | None) -> Dump:
    """`account` is the user that programs run as, where this is root. Raises SetupError for Oracle, which has none."""
    match database.dialect:
        case "sqlite":
            return SqliteDump(database)
        case "postgresql":
            return PostgreSqlDump(cluster.odb, odb_tls(cluster), database, account)
        case "mysql":
            return MySqlDump(cluster.odb, odb_tls(cluster), database, account)
    raise SetupError(
        f"The ODB at {database.label} is an Oracle's, whose own export (Data Pump) is run by its administrators and "
        "writes to its own machine, so that it cannot be part of one file here. Have them back up its schema with "
        "expdp or RMAN, keep /etc/zato (zato.toml, secret.key, pki, server-N) beside it, and take what the cluster is "
        "configured with by: zato config export",
        code="backup-oracle",
    )
