"""The repositories of several servers: each is looked at, whatever is wrong with another one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

import pytest

from support.set_clock import SetClock
from zato.config.configuration import Configuration
from zato.config.item import Item
from zato.core.errors import SetupError, Unavailable
from zato.odb.changes import StoredItem
from zato.singleton.repository import RepositoryReconciler

SAID = "The repository of the configuration cannot be kept"


class Repository:
    """One that notes what it is told."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.item: Item | None = None
        self.looks = 0
        self.error: Exception | None = None

    def follow(self, item: Item | None) -> None:
        self.item = item

    def step(self) -> None:
        self.looks += 1
        if self.error is not None:
            raise self.error


class Kept:
    """Two of them."""

    def __init__(self) -> None:
        self.clock = SetClock()
        self.first, self.second = Repository("server-1"), Repository("server-2")
        self.reconciler = RepositoryReconciler(cast(Any, [self.first, self.second]), self.clock)

    def step(self, seconds: float = 0.2) -> tuple[int, int]:
        """How often each has been looked at by now."""
        self.clock.advance(timedelta(seconds=seconds))
        self.reconciler.step()
        return self.first.looks, self.second.looks


def test_each_follows_its_own_servers_item_also_where_that_is_gone() -> None:
    kept = Kept()
    kept.reconciler.follow(Configuration.from_items(3, [StoredItem("server", "server-2", 3, "{}")]))
    assert kept.first.item is None
    assert kept.second.item is not None
    assert (kept.second.item.name, kept.second.item.revision) == ("server-2", 3)


@pytest.mark.parametrize("error", [SetupError("git failed"), Unavailable("The ODB is away."), OSError(28, "full")])
def test_what_is_wrong_with_one_keeps_no_other_from_it_and_all_wait_a_moment_then(error: Exception) -> None:
    kept = Kept()
    assert kept.step() == (1, 1)
    kept.first.error = error
    assert kept.step() == (2, 2)
    assert kept.step() == (2, 2)
    assert kept.step(2.0) == (3, 3)
    kept.first.error = None
    assert kept.step(2.0) == (4, 4)
    assert kept.step() == (5, 5)


def test_it_is_said_once_and_again_where_it_is_another_reason_or_had_been_well(
    capfd: pytest.CaptureFixture[str],
) -> None:
    kept = Kept()
    for text, times in (("one", 1), ("one", 0), ("two", 1), (None, 0), ("two", 1)):
        kept.first.error = None if text is None else SetupError(text)
        kept.step(3.0)
        assert "".join(capfd.readouterr()).count(SAID) == times
