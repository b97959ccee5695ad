"""What keeps an ODB from being changed while a cluster is moved to another one, and afterwards.

Triggers, so that the database itself refuses: processes of every release, and tables that are added later, too. Making
one waits for the transactions that are changing its table, so nothing slips through that began before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, Table

from zato.odb import tables
from zato.odb.database import Database
from zato.odb.failures import FROZEN

_FUNCTION = "zt_fence"
_PER_STATEMENT = {"all": "INSERT OR UPDATE OR DELETE"}
_PER_ROW = {"ins": "INSERT", "upd": "UPDATE", "del": "DELETE"}
# MySQL takes 128 characters, and none of these ends a literal or is a driver's placeholder
_PLACE_MAX = 100
_UNSAFE = re.compile(r"[^A-Za-z0-9:/@.*+,_\[\]-]")
_CATALOGUE = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT trigger_name, action_statement FROM information_schema.triggers"
    " WHERE trigger_schema = current_schema()",
    "mysql": "SELECT trigger_name, action_statement FROM information_schema.triggers WHERE trigger_schema = DATABASE()",
    "oracle": "SELECT trigger_name, trigger_body FROM user_triggers",
}


class Stage(StrEnum):
    """MOVING while a copy is made, which may still be given up; MOVED from the moment that the copy is what counts."""

    MOVING = "moving"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Frozen:
    """How an ODB is frozen. `place` is the label of the ODB that took its place, empty while it is MOVING."""

    stage: Stage
    place: str


class WriteFreeze:
    """The freeze of all of an ODB's tables but those that only say who is alive."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def current(self) -> Frozen | None:
        """How the ODB is frozen, if it is. MOVED wins where one freeze takes the other's place."""
        found = [FROZEN.search(text) for _, text in self._triggers()]
        freezes = [Frozen(Stage(each["stage"]), each["place"]) for each in found if each]
        return min(freezes, key=lambda frozen: frozen.stage is not Stage.MOVED, default=None)

    def put(self, stage: Stage, place: str = "") -> None:
        """From its return on, nothing in the ODB changes. May be repeated, also after an attempt that broke off."""
        message = f"zato-odb-{stage}: <{place_of(place)}>"
        present = {name.lower() for name, _ in self._triggers()}
        if self._database.dialect == "postgresql":
            with self._database.write() as connection:
                connection.exec_driver_sql(
                    f"CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS "
                    "'BEGIN RAISE EXCEPTION USING MESSAGE = TG_ARGV[0]; END'"
                )
        for table in frozen_tables():
            # One table at a time: whoever holds locks on several waits for none of ours
            with self._database.write() as connection:
                for name, events in self._names(stage, table):
                    if name not in present:
                        self._create(connection, name, events, table.name, message)

    def lift(self, stage: Stage) -> None:
        """The ODB can be changed again, unless there is a freeze of the other stage."""
        present = {name.lower() for name, _ in self._triggers()}
        for table in frozen_tables():
            with self._database.write() as connection:
                for name, _ in self._names(stage, table):
                    if name in present:
                        where = f" ON {table.name}" if self._database.dialect == "postgresql" else ""
                        connection.exec_driver_sql(f"DROP TRIGGER {name}{where}")

    def _triggers(self) -> list[tuple[str, str]]:
        with self._database.read() as connection:
            rows = connection.exec_driver_sql(_CATALOGUE[self._database.dialect])
            return [(str(name), str(text)) for name, text in rows]

    def _names(self, stage: Stage, table: Table) -> Iterator[tuple[str, str]]:
        per_row = self._database.dialect in ("sqlite", "mysql")
        for short, events in (_PER_ROW if per_row else _PER_STATEMENT).items():
            yield f"zt{stage[-1]}{short}{table.name.removeprefix('zt')}", events

    def _create(self, connection: Connection, name: str, events: str, table: str, message: str) -> None:
        start = f"CREATE TRIGGER {name} BEFORE {events} ON {table}"
        match self._database.dialect:
            case "sqlite":
                body = f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
            case "postgresql":
                body = f"FOR EACH STATEMENT EXECUTE FUNCTION {_FUNCTION}('{message}')"
            case "mysql":
                body = f"FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '{message}'"
            case _:
                body = f"BEGIN RAISE_APPLICATION_ERROR(-20261, '{message}'); END;"
        connection.exec_driver_sql(f"{start} {body}")


def frozen_tables() -> list[Table]:
    """What a move carries, in an order in which rows can be inserted."""
    return [table for table in tables.metadata.sorted_tables if not table.info.get(tables.TRANSIENT)]


def place_of(label: str) -> str:
    """A label as the freeze keeps it."""
    return _UNSAFE.sub("_", label)[:_PLACE_MAX]
