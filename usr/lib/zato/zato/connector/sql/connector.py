"""SQL as it is registered."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from zato.config.item import Item
from zato.config.kinds.outgoing_sql import OUTGOING_SQL, OutgoingSql
from zato.connector.connection import Connection
from zato.connector.connector import Connector, Opened, OutgoingPart
from zato.connector.fakes import Fakes
from zato.connector.outcome import Observe

if TYPE_CHECKING:
    from zato.connector.sql.outgoing import SqlConnection


def _build(item: Item, opened: Opened, files: Path, observe: Observe) -> Connection:
    from zato.connector.sql.outgoing import SqlConnection

    value = cast("OutgoingSql", item.value)
    if value.url.startswith("sqlite:"):
        from zato.connector.sql.sqlite import file_in

        # What an earlier release took is known before a service needs it, and `zato status` says it
        file_in(files, value.url.removeprefix("sqlite:///").partition("?")[0])
    return SqlConnection(item.name, value, password=opened("password"), sqlite_directory=files, observe=observe)


def _fakes(given: Mapping[str, Any]) -> Fakes[SqlConnection]:
    from zato.connector.sql.fake import TestSql, opened

    return Fakes(TestSql, {name: opened(name, database) for name, database in given.items()})


SQL = Connector(name="sql", title="SQL", outgoing=OutgoingPart(OUTGOING_SQL, _build, _fakes))
