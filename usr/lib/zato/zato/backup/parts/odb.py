"""The operational database: configuration and its history, code, messages, the audit log."""

from __future__ import annotations

from pathlib import Path

from zato.backup.manifest import Manifest, Table
from zato.backup.part import OdbFacts, Place, Saved
from zato.broker.session import broker_session
from zato.core.clock import SystemClock
from zato.core.correlation import new_cid
from zato.core.errors import InvalidInput, SetupError, Unavailable
from zato.core.own_principals import RESTORE
from zato.host.identity import as_owner_of
from zato.odb import migrate, restored
from zato.odb.contents import contents
from zato.odb.database import Database
from zato.odb.dumps.choosing import dump_of
from zato.odb.dumps.facts import rows_of
from zato.odb.opening import open_odb
from zato.odb.write_freeze import WriteFreeze, frozen_tables

HELD = "restored from a backup of {created:%Y-%m-%d %H:%M} UTC"


class OdbPart:
    """By the database's own means, as the user whose the ODB is."""

    name = "odb"
    as_servers = True

    def check(self, place: Place) -> None:
        """Raises SetupError where there is no way to save it."""
        dump_of(place.cluster, open_odb(place.cluster), place.account)

    def save(self, place: Place, directory: Path) -> Saved:
        database = open_odb(place.cluster)
        try:
            dump = dump_of(place.cluster, database, place.account)
            with as_owner_of(directory):
                migrate.require_current(database)
                if WriteFreeze(database).current() is not None:
                    raise SetupError(
                        f"The ODB at {database.label} is being moved, or was; once zato.toml names the one that is "
                        "used, repeat this.",
                        code="odb-moving",
                    )
                version = migrate.current_version(database) or ""
            database.dispose()
            found = dump.save(directory)
        finally:
            database.dispose()
        tables = {name: Table(each.rows, each.sha256) for name, each in found.tables.items()}
        facts = OdbFacts(database.dialect, version, found.revision, tables)
        return Saved(found.counts, elsewhere(place), facts)

    def load(self, place: Place, directory: Path, manifest: Manifest) -> list[str]:
        database = open_odb(place.cluster)
        try:
            dump_of(place.cluster, database, place.account).load(directory)
            with as_owner_of(directory):
                check(database, manifest)
                migrate.upgrade(database)
                restored.mark(
                    database,
                    SystemClock().now(),
                    principal=RESTORE,
                    cid=new_cid(),
                    reason=HELD.format(created=manifest.created),
                )
        finally:
            database.dispose()
        return []


def check(database: Database, manifest: Manifest) -> None:
    """Raises InvalidInput where the ODB is not what the backup says of it.

    Of an older release's ODB only rows are counted: its tables may have had fewer columns.
    """
    different = []
    if manifest.odb_version == migrate.head_version():
        for table in frozen_tables():
            expected = manifest.tables.get(table.name)
            found = contents(database, table)
            if expected is not None and (found.rows, found.sha256) != (expected.rows, expected.sha256):
                different.append(table.name)
    else:
        counted = rows_of(database, manifest.tables)
        different = [name for name, expected in manifest.tables.items() if counted[name] != expected.rows]
    if different:
        raise InvalidInput(
            f"The ODB at {database.label} does not hold what the backup says of it, in {', '.join(different)}.",
            code="backup-invalid",
        )


def elsewhere(place: Place) -> tuple[str, ...]:
    """What RabbitMQ keeps is counted, and stays there."""
    server = place.servers[0] if place.servers else 1
    broker = broker_session(place.cluster.broker, place.layout.pki, server, f"backup-{new_cid()[:8]}")
    broker.start()
    try:
        counts = broker.kept_elsewhere()
    except Unavailable as error:
        return (f"Messages that {broker.label} keeps, which could not be counted: {error.message}",)
    finally:
        broker.stop()
    if counts is None:
        return ()
    return (f"{counts.waiting} messages and {counts.dead} dead letters that {broker.label} keeps",)


ODB = OdbPart()
