"""What a machine that has joined does where the cluster refuses what it asks for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from zato.client.api import ApiClient
from zato.cluster.member import deregister, renewed
from zato.core.errors import Conflict, SetupError
from zato.host.layout import Layout
from zato.host.unix_http import Reply
from zato.pki.authority import Authority, Usage


class Answers:
    """A cluster that answers everything in one way."""

    def __init__(self, status: int, code: str) -> None:
        self._reply = Reply(
            status, "application/json", json.dumps({"error": {"code": code, "message": "No."}, "server": 2}).encode()
        )

    def request(
        self, method: str, target: str, body: bytes | None, headers: dict[str, str], *, timeout_seconds: float
    ) -> Reply:
        return self._reply


REFUSES = ApiClient(Answers(401, "unauthorized"))
DIFFERS = ApiClient(Answers(409, "clock-differs"))


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    made = Layout(tmp_path)
    authority = Authority(made.pki)
    authority.create("zato")
    authority.issue("server-2", usage=Usage.CLIENT)
    return made


def test_who_is_not_believed_does_not_take_that_for_having_left(layout: Layout) -> None:
    deregister(ApiClient(Answers(200, "")), layout, 2)
    with pytest.raises(SetupError, match=r"zato server leave --force.*zato server remove 2") as refused:
        deregister(REFUSES, layout, 2)
    assert refused.value.code == "leaving-refused"


def test_certificates_are_not_blamed_for_a_clock(layout: Layout) -> None:
    with pytest.raises(SetupError, match=r"--replace 2") as refused:
        renewed(REFUSES, layout, 2)
    assert refused.value.code == "renewal-refused"
    for ask in (lambda: renewed(DIFFERS, layout, 2), lambda: deregister(DIFFERS, layout, 2)):
        with pytest.raises(Conflict) as differs:
            ask()
        assert differs.value.code == "clock-differs"
