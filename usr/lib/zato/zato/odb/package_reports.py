"""What each server says of the packages that services are to have."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from zato.core.errors import Conflict
from zato.odb import tables
from zato.odb.cluster import Cluster
from zato.odb.database import Database

_report = tables.package_report.c


@dataclass(frozen=True, slots=True)
class PackageReport:
    """What became of the packages that `revision` declares: `installed` since then, or the `reason` why not."""

    server: int
    revision: int
    python: str
    installed: bool
    reason: str | None
    at: datetime


class PackageReports:
    """The reports of the cluster's servers."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cluster = Cluster(database)

    def put(self, report: PackageReport) -> None:
        """What this server says now, in place of what it said before."""
        values: dict[str, Any] = {
            "revision": report.revision,
            "python": report.python,
            "installed": report.installed,
            "reason": report.reason,
            "reported": report.at,
        }
        key = {"cluster_id": self._cluster.id, "server_number": report.server}
        change = update(tables.package_report).where(
            _report.cluster_id == self._cluster.id, _report.server_number == report.server
        )
        try:
            with self._database.write() as connection:
                if connection.execute(change.values(values)).rowcount == 0:
                    connection.execute(insert(tables.package_report).values({**key, **values}))
        except Conflict:  # another process of the server inserted it in between
            with self._database.write() as connection:
                connection.execute(change.values(values))

    def all(self) -> list[PackageReport]:
        """By server."""
        query = (
            select(tables.package_report).where(_report.cluster_id == self._cluster.id).order_by(_report.server_number)
        )
        with self._database.read() as connection:
            return [
                PackageReport(
                    row.server_number, row.revision, row.python, bool(row.installed), row.reason, row.reported
                )
                for row in connection.execute(query)
            ]
