"""The immutable configuration: applying changes one by one is the same as reading everything."""

from __future__ import annotations

import time
from dataclasses import FrozenInstanceError
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zato.config.codec import encode
from zato.config.configuration import EMPTY, Configuration
from zato.config.kinds import ChannelRest, ServiceSettings
from zato.core.errors import ZatoError
from zato.odb.log import Action, LoggedChange, StoredItem

AT = datetime(2027, 1, 1, tzinfo=UTC)


def change(revision: int, name: str, data: str | None, kind: str = "service") -> LoggedChange:
    action = Action.DELETE if data is None else Action.UPDATE
    return LoggedChange(
        revision=revision, at=AT, kind=kind, name=name, action=action, data=data, principal="p", cid="c", comment=None
    )


def settings(seconds: int) -> str:
    return encode("service", ServiceSettings(time_limit_seconds=seconds))


steps = st.tuples(st.sampled_from("abc"), st.sampled_from(["service", "channel-soap"]), st.integers(1, 9) | st.none())


@given(st.lists(steps, max_size=20), st.integers(0, 20))
def test_applying_in_any_portions_gives_what_the_log_adds_up_to(
    given_steps: list[tuple[str, str, int | None]], cut: int
) -> None:
    changes = [
        change(revision, name, None if seconds is None else settings(seconds), kind)
        for revision, (name, kind, seconds) in enumerate(given_steps, 1)
    ]
    stored: dict[tuple[str, str], StoredItem] = {}
    for entry in changes:
        stored.pop((entry.kind, entry.name), None)
        if entry.data is not None:
            stored[entry.kind, entry.name] = StoredItem(entry.kind, entry.name, entry.revision, entry.data)
    whole = Configuration.from_items(len(changes), stored.values())
    assert EMPTY.apply(changes) == whole
    assert EMPTY.apply(changes[:cut]).apply(changes[cut:]) == whole
    assert EMPTY.apply(changes[:cut]).apply(changes) == whole


def test_a_configuration_never_changes() -> None:
    first = EMPTY.apply([change(1, "a", settings(1)), change(2, "b", settings(2))])
    second = first.apply([change(3, "a", settings(9)), change(4, "b", None)])
    assert [item.name for item in first.all("service")] == ["a", "b"]
    assert second.get("service", "b") is None
    assert first.get("service", "a") != second.get("service", "a")
    with pytest.raises(TypeError):
        first.items["service"]["a"] = second.items["service"]["a"]  # type: ignore[index]
    with pytest.raises(FrozenInstanceError):
        first.revision = 9  # type: ignore[misc]


def test_a_gap_is_an_error_and_old_changes_are_passed_over() -> None:
    first = EMPTY.apply([change(1, "a", settings(1))])
    assert first.apply([change(1, "a", settings(7))]) is first
    with pytest.raises(ValueError, match="After revision 1 came 3"):
        first.apply([change(3, "a", settings(1))])


def test_what_did_not_change_is_shared() -> None:
    route = encode("channel-rest", ChannelRest(service="s", path="/p"))
    first = EMPTY.apply([change(1, "c", route, "channel-rest"), change(2, "a", settings(1))])
    second = first.apply([change(3, "a", settings(2))])
    assert second.items["channel-rest"] is first.items["channel-rest"]


def test_an_unreadable_item_is_an_error_and_not_silently_left_out() -> None:
    with pytest.raises(ZatoError):
        EMPTY.apply([change(1, "a", '{"colour": 1}')])


def test_one_change_among_two_thousand_items_takes_well_under_five_milliseconds() -> None:
    route = [encode("channel-rest", ChannelRest(service="s", path=f"/p/{number}")) for number in range(2000)]
    items = [StoredItem("channel-rest", f"c{number}", number + 1, route[number]) for number in range(2000)]
    configuration = Configuration.from_items(2000, items)
    durations = []
    for revision in range(2001, 2051):
        started = time.perf_counter()
        configuration = configuration.apply([change(revision, "c7", route[7], "channel-rest")])
        durations.append(time.perf_counter() - started)
    assert sorted(durations)[25] < 0.002
    assert len(configuration.all("channel-rest")) == 2000


def test_where_some_kinds_are_wanted_others_are_left_out_and_not_taken_for_absent() -> None:
    route = encode("channel-rest", ChannelRest(service="s", path="/p"))
    stored = [StoredItem("service", "a", 1, settings(1)), StoredItem("channel-rest", "c", 1, route)]
    wanted = Configuration.from_items(1, stored, ("service",))
    after = wanted.apply([change(2, "b", settings(1)), change(3, "d", route, "channel-rest")])
    assert [item.name for item in after.all("service")] == ["a", "b"]
    assert after.revision == 3
    with pytest.raises(ValueError, match="not of channel-rest"):
        after.all("channel-rest")
