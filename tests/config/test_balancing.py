"""Which servers get no requests: those that are inactive, but never all."""

from __future__ import annotations

import json

import pytest

from zato.config.balancing import kept_in_use, out_of_use
from zato.config.configuration import Configuration
from zato.odb.log import StoredItem

SERVERS = ("server-1", "server-2", "server-3")


def configuration(**active: bool) -> Configuration:
    """Items server-N, changed in this order."""
    items = [
        StoredItem("server", name.replace("_", "-"), revision, json.dumps({"active": value, "host": "localhost"}))
        for revision, (name, value) in enumerate(active.items(), start=1)
    ]
    return Configuration.from_items(len(items), items)


@pytest.mark.parametrize(
    ("items", "out", "kept"),
    [
        ({}, set(), None),
        ({"server_1": True, "server_2": True, "server_3": True}, set(), None),
        ({"server_2": False}, {"server-2"}, None),
        ({"server_1": False, "server_3": False}, {"server-1", "server-3"}, None),
        ({"server_2": False, "server_3": False, "server_1": False}, {"server-2", "server-3"}, "server-1"),
        ({"server_9": False}, set(), None),
        (
            {"server_9": True, "server_1": False, "server_2": False, "server_3": False},
            {"server-1", "server-2"},
            "server-3",
        ),
    ],
)
def test_inactive_servers_are_out_of_use_except_the_last(
    items: dict[str, bool], out: set[str], kept: str | None
) -> None:
    found = configuration(**items)
    assert out_of_use(found, SERVERS) == out
    assert kept_in_use(found, SERVERS) == kept


def test_the_only_server_stays_in_use() -> None:
    found = configuration(server_1=False)
    assert out_of_use(found, ("server-1",)) == frozenset()
    assert kept_in_use(found, ("server-1",)) == "server-1"


def test_without_servers_there_is_nothing_to_keep() -> None:
    assert kept_in_use(configuration(server_1=False), ()) is None
