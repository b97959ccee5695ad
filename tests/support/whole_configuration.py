"""Some configuration of most kinds, and all of it at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from zato.config.plan import Planned
from zato.config.publisher import Author, Publisher
from zato.odb.database import Database
from zato.odb.log import ConfigurationLog, StoredItem

AT = "2027-01-01T00:00:00Z"
BY = Author("ann", "c" * 32)


def values(log: ConfigurationLog) -> dict[tuple[str, str], str]:
    return {(item.kind, item.name): item.data for item in log.items()}


def unprepared(base: int, changes: Sequence[Planned]) -> Sequence[Planned]:
    return changes


def fill(publisher: Publisher) -> None:
    create = publisher.create
    create("security-basic", "clients", {"username": "crm", "password": "a long password", "roles": ["viewer"]}, by=BY)
    create("security-api-key", "shop", {"expires": "2027-05-06T07:08:09.123456+02:00"}, by=BY)
    create("security-tls", "partner", {"subject": "CN=partner"}, by=BY)
    create("channel-rest", "customers", {"service": "s", "path": "/c/{id}", "security": ["clients", "shop"]}, by=BY)
    create("channel-http", "raw", {"service": "yes", "path": "/raw", "active": False}, by=BY)
    create("outgoing-sql", "Stock", {"url": "sqlite:///x", "username": "012", "password": "1e3"}, by=BY)
    create("outgoing-rest", "CRM", {"address": "https://crm", "timeout_seconds": 0.5}, by=BY)
    create("service", "crm.get", {"time_limit_seconds": 7}, by=BY)
    create("server", "server-1", {}, by=BY)


class Overtaken(ConfigurationLog):
    """Somebody else changes something right after each of the first three reads of everything."""

    def __init__(self, database: Database, rival: Publisher) -> None:
        super().__init__(database)
        self._rival = rival
        self._rounds = iter(range(3))

    def items_with_revision(self, kinds: Collection[str] | None = None) -> tuple[int, list[StoredItem]]:
        result = super().items_with_revision(kinds)
        if (number := next(self._rounds, None)) is not None:
            self._rival.create("service", f"rival-{number}", {}, by=BY)
        return result
