"""Which servers get no requests: those that are inactive, but never all."""

from __future__ import annotations

import json

import pytest

from zato.config.balancing import Mode, kept_in_use, modes
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
    assert {name for name, mode in modes(found, SERVERS).items() if mode is Mode.MAINTENANCE} == out
    assert kept_in_use(found, SERVERS) == kept


def test_the_only_server_stays_in_use() -> None:
    found = configuration(server_1=False)
    assert modes(found, ("server-1",)) == {"server-1": Mode.READY}
    assert kept_in_use(found, ("server-1",)) == "server-1"


def test_without_servers_there_is_nothing_to_keep() -> None:
    assert kept_in_use(configuration(server_1=False), ()) is None


def test_a_server_that_drains_counts_as_one_that_is_out_of_use() -> None:
    items = [
        StoredItem("server", "server-1", 1, json.dumps({"drain": True})),
        StoredItem("server", "server-2", 2, json.dumps({"active": False, "drain": True})),
    ]
    found = Configuration.from_items(2, items)
    assert modes(found, SERVERS) == {
        "server-1": Mode.DRAIN,
        "server-2": Mode.MAINTENANCE,
        "server-3": Mode.READY,
    }
    assert modes(found, SERVERS[:2]) == {"server-1": Mode.DRAIN, "server-2": Mode.READY}
    assert kept_in_use(found, SERVERS[:2]) == "server-2"
