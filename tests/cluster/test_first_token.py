"""Which clusters get a token for a first administrator at a start of a server."""

from __future__ import annotations

import json

import pytest

from zato.client.api import ApiClient
from zato.cluster.first_token import token_where_needed
from zato.core.errors import Unavailable
from zato.host.unix_http import Reply

ROOT: dict[str, object] = {"name": "admin", "value": {"roles": ["admin"]}}
READER: dict[str, object] = {"name": "jim", "value": {"roles": ["viewer"]}}
JANE: dict[str, object] = {"name": "jane", "value": {"roles": ["admin"]}}


class Cluster:
    """With these users; it is away for the first few requests."""

    def __init__(self, *users: dict[str, object], expires: str | None = None, away: int = 0) -> None:
        self._users = users
        self._expires = expires
        self._away = away

    def request(
        self, method: str, target: str, body: bytes | None, headers: dict[str, str], *, timeout_seconds: float
    ) -> Reply:
        if self._away > 0:
            self._away -= 1
            raise Unavailable("It starts.")
        if method == "POST":
            return Reply(201, "application/json", b'{"token": "secret"}')
        found: dict[str, object] = {"items": list(self._users) if target.endswith("security-basic") else []}
        if target == "/zato/api/status":
            found = {"first_token_expires": self._expires}
        return Reply(200, "application/json", json.dumps(found).encode())


@pytest.mark.parametrize(
    ("cluster", "token"),
    [
        (Cluster(ROOT, READER), "secret"),
        (Cluster(ROOT, away=3), "secret"),
        (Cluster(ROOT, JANE), None),
        (Cluster(ROOT, expires="2026-01-01T00:00:00Z"), None),
    ],
    ids=["nobody", "just started", "somebody", "a token elsewhere"],
)
def test_a_token_is_made_where_nobody_can_let_others_in(cluster: Cluster, token: str | None) -> None:
    assert token_where_needed(ApiClient(cluster), sleep=lambda _: None) == token
