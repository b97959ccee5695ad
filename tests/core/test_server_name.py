"""How people name a server."""

from __future__ import annotations

import pytest

from zato.core.server_name import name_of, number_of


@pytest.mark.parametrize(("text", "number"), [("1", 1), ("server-1", 1), ("server-64", 64), ("12", 12)])
def test_a_number_and_a_name_are_the_same_server(text: str, number: int) -> None:
    assert number_of(text) == number
    assert name_of(text) == f"server-{number}"


@pytest.mark.parametrize("text", ["", "0", "server-", "server-0", "server-1a", "Server 1", "-1", "1.0", "\u0661"])
def test_anything_else_is_none(text: str) -> None:
    assert number_of(text) is None
    assert name_of(text) == text
