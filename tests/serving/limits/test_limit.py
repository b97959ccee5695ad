"""Which limits channels and principals have, and that they are counted apart."""

from __future__ import annotations

from typing import Any

from support.served import configured
from zato.config.kinds import ChannelRest, SecurityApiKey, SecurityBasic, SecurityTls
from zato.serving.limits.limit import KEY_BYTES, limit_of, principals_limits


def channel(**fields: int) -> ChannelRest:
    return ChannelRest(service="s", path="/a", **fields)  # type: ignore[arg-type]


def test_a_limit_is_there_where_an_item_sets_either() -> None:
    assert limit_of("channel", "a", channel()) is None
    assert limit_of("channel", "a", channel(requests_period_seconds=5)) is None
    by_period = limit_of("channel", "a", channel(requests_max=3, requests_period_seconds=5))
    assert by_period is not None
    assert (by_period.requests_max, by_period.period_seconds, by_period.concurrent_max) == (3, 5, None)
    at_once = limit_of("channel", "a", channel(concurrent_max=2))
    assert at_once is not None
    assert (at_once.what, at_once.name, at_once.requests_max, at_once.concurrent_max) == ("channel", "a", None, 2)


def test_what_has_been_counted_goes_on_under_another_limit_and_is_of_nobody_else() -> None:
    def key(what: str, name: str, number: int = 1) -> bytes:
        found = limit_of(what, name, channel(concurrent_max=number))
        assert found is not None
        return found.key

    assert key("channel", "a") == key("channel", "a", 7)
    assert len({key("channel", "a"), key("channel", "b"), key("principal", "a"), key("channel", "\ud800")}) == 4
    assert len(key("channel", "a")) == KEY_BYTES


def test_principals_of_all_kinds_have_theirs() -> None:
    items: dict[str, dict[str, Any]] = {
        "security-basic": {
            "jane": SecurityBasic(username="jane", password="x", requests_max=1),
            "free": SecurityBasic(username="free", password="x"),
        },
        "security-api-key": {"shop": SecurityApiKey(key="x" * 16, concurrent_max=2)},
        "security-tls": {"partner": SecurityTls(subject="CN=partner", requests_max=3)},
        "channel-rest": {"a": channel(requests_max=4)},
    }
    found = principals_limits(configured(items))
    assert {name: (limit.what, limit.requests_max, limit.concurrent_max) for name, limit in found.items()} == {
        "jane": ("principal", 1, None),
        "shop": ("principal", None, 2),
        "partner": ("principal", 3, None),
    }
