"""Which channels are made anew for a revision, and which are those of the one before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from zato.config.configuration import Configuration
from zato.config.derived import Derived
from zato.config.item import Item
from zato.config.kinds import ChannelHttp, ChannelRest, ServiceSettings
from zato.host.settings import ServerSettings
from zato.metrics import Metrics
from zato.serving.http.channels import Channel
from zato.serving.http.routes import RouteTable
from zato.serving.limits.admission import Admission
from zato.serving.limits.counters import SharedCounters
from zato.serving.routing import Routes

SETTINGS = ServerSettings(time_limit_seconds=5)


def routes() -> Routes:
    return Routes(Metrics(), Admission(SharedCounters(), lambda what, name, field: None))


def rest(path: str, **more: Any) -> ChannelRest:
    return ChannelRest(service="s", path=path, methods=("GET",), **more)


def configuration(revision: int, kinds: Mapping[str, Mapping[str, msgspec.Struct]]) -> Configuration:
    items = {
        kind: {name: Item(kind, name, revision, value) for name, value in named.items()}
        for kind, named in kinds.items()
    }
    return Configuration(revision, items)


def of(revision: int, before: Configuration | None = None, **channels: ChannelRest) -> Configuration:
    """One with these channels; those that are the same as before are the same items."""
    made = {}
    for name, value in channels.items():
        was = None if before is None else before.get("channel-rest", name)
        made[name] = was if was is not None and was.value == value else Item("channel-rest", name, revision, value)
    return Configuration(revision, {"channel-rest": made})


def at(table: RouteTable[Channel], path: str) -> Channel | None:
    return table.literal(path, "GET")


def test_a_channel_whose_item_is_the_same_is_the_same() -> None:
    made = routes()
    first = of(1, a=rest("/a"), b=rest("/b"))
    before = made.of(first, SETTINGS)
    after = made.of(of(2, first, a=rest("/a"), b=rest("/c")), SETTINGS)
    assert at(after, "/a") is at(before, "/a")
    assert at(after, "/b") is None
    assert at(after, "/c") is not None
    assert at(before, "/b") is not None
    assert at(before, "/c") is None


def test_nothing_is_made_where_no_channel_has_changed() -> None:
    made = routes()
    first = of(1, a=rest("/a"))
    assert made.of(Configuration(2, first.items), SETTINGS) is made.of(first, SETTINGS)


def test_channels_can_swap_their_paths() -> None:
    made = routes()
    first = of(1, a=rest("/a"), b=rest("/b"))
    made.of(first, SETTINGS)
    after = made.of(of(2, first, a=rest("/b"), b=rest("/a")), SETTINGS)
    names = [found.name for path in ("/a", "/b") if (found := at(after, path)) is not None]
    assert names == ["b", "a"]


def test_a_route_may_go_over_to_a_channel_of_another_kind() -> None:
    made = routes()
    made.of(configuration(1, {"channel-rest": {"a": rest("/a")}}), SETTINGS)
    other = ChannelHttp(service="other", path="/a", methods=("GET",))
    after = made.of(configuration(2, {"channel-http": {"z": other}}), SETTINGS)
    channel = at(after, "/a")
    assert channel is not None
    assert channel.service == "other"


def test_a_channel_that_is_switched_off_has_no_route_and_has_it_again_afterwards() -> None:
    made = routes()
    first = of(1, a=rest("/a"))
    made.of(first, SETTINGS)
    second = of(2, first, a=rest("/a", active=False))
    assert at(made.of(second, SETTINGS), "/a") is None
    assert at(made.of(of(3, second, a=rest("/a")), SETTINGS), "/a") is not None


def test_other_settings_of_the_server_hold_for_all_channels() -> None:
    made = routes()
    first = of(1, a=rest("/a"))
    before = at(made.of(first, SETTINGS), "/a")
    smaller = ServerSettings(time_limit_seconds=5, max_body_bytes=5000)
    after = at(made.of(first, smaller), "/a")
    assert before is not None
    assert after is not None
    assert after._max_body_bytes == 5000 < before._max_body_bytes


def test_what_follows_from_items_is_computed_where_they_have_changed() -> None:
    asked: list[int] = []

    def compute(found: Configuration) -> list[str]:
        asked.append(found.revision)
        return sorted(found.items_of("service"))

    derived = Derived(["service"], compute)
    first = configuration(1, {"service": {"a": ServiceSettings()}, "channel-rest": {"a": rest("/a")}})
    services = first.items_of("service")
    other = Configuration(2, {"service": services, "channel-rest": {}})
    assert derived.of(first) is derived.of(other)
    assert derived.of(configuration(3, {"service": {"b": ServiceSettings()}})) == ["b"]
    assert derived.of(configuration(4, {})) == []
    assert asked == [1, 3, 4]
