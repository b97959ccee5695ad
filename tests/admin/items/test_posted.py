"""What a form has sent becomes the value of an item."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from zato.admin.items.posted import value_of
from zato.config.describing import described_kinds

KINDS: dict[str, Any] = {kind.name: msgspec.to_builtins(kind) for kind in described_kinds()}


class Sent:
    """As Django has it."""

    def __init__(self, **fields: str | list[str]) -> None:
        self._fields = {name: each if isinstance(each, list) else [each] for name, each in fields.items()}

    def get(self, name: str, default: str) -> str:
        return self._fields.get(name, [default])[-1]

    def getlist(self, name: str) -> list[str]:
        return self._fields.get(name, [])


def test_each_field_becomes_what_its_type_is() -> None:
    value = value_of(
        KINDS["channel-rest"],
        Sent(
            path=" /a ",
            service="s",
            methods=["GET", "PUT"],
            active="yes",
            requests_max="",
            concurrent_max="7",
            cors_origins="https://a\r\n\r\n b ",
        ),
    )
    assert value["path"] == "/a"
    assert value["methods"] == ["GET", "PUT"]
    assert value["active"] is True
    assert value["cors_credentials"] is False
    assert value["requests_max"] is None
    assert value["concurrent_max"] == 7
    assert value["cors_origins"] == ["https://a", "b"]
    assert "requests_period_seconds" not in value  # its default, then


@pytest.mark.parametrize("text", ["many", "1e3", "٣x", "0x10"])
def test_what_is_no_number_is_left_for_the_cluster_to_refuse(text: str) -> None:
    assert value_of(KINDS["channel-rest"], Sent(concurrent_max=text))["concurrent_max"] == text


def test_a_secret_that_is_left_empty_is_kept_and_one_is_removed_only_where_asked() -> None:
    kind = KINDS["outgoing-rest"]
    assert "password" not in value_of(kind, Sent(password=""))
    assert value_of(kind, Sent(password=" p "))["password"] == " p "
    assert value_of(kind, Sent(**{"password": "", "clear-password": "yes"}))["password"] is None
