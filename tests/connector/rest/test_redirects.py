"""Redirects: followed where nothing is lost by it, never away from the host that the credentials are for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.certificates import CertificateAuthority
from support.http_peer import HttpPeer, Received, Reply, server_context
from support.outgoing_rest import Connects
from zato.core.errors import OutgoingFailed

BASIC = {"security": "basic", "username": "u", "password": "p"}


@pytest.fixture
def elsewhere(authority: CertificateAuthority) -> Iterator[HttpPeer]:
    with HttpPeer(context=server_context(authority.issue("elsewhere", ("localhost",)))) as started:
        yield started


def redirecting(location: str, status: int = 302) -> Reply:
    return Reply(status, b"", {"Location": location})


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_a_redirect_within_the_same_origin_is_followed(
    peer: HttpPeer, connect: Connects, method: str, status: int
) -> None:
    def answer(received: Received) -> Reply:
        return Reply() if received.target == "/new?x=1" else redirecting("/new?x=1", status)

    peer.answer = answer
    assert connect(peer.address + "/old", **BASIC).conn.request(method, "c1").status_code == 200
    assert [received.target for received in peer.received] == ["/old", "/new?x=1"]
    assert all("Authorization" in received.headers for received in peer.received)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_redirect_to_elsewhere_is_returned_and_nothing_is_sent_there(
    peer: HttpPeer, elsewhere: HttpPeer, connect: Connects, method: str
) -> None:
    for location in (elsewhere.address + "/a", f"//localhost:{elsewhere.port}/a"):
        peer.answer = lambda _, location=location: redirecting(location)  # type: ignore[misc]
        response = connect(peer.address, **BASIC).conn.request(method, "c1")
        assert (response.status_code, response.headers["location"]) == (302, location)
    assert elsewhere.accepted == 0


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_request_that_changes_something_is_not_redirected(peer: HttpPeer, connect: Connects, method: str) -> None:
    peer.answer = lambda _: redirecting("/new", 307)
    assert connect(peer.address).conn.request(method, "c1", "x").status_code == 307
    assert len(peer.received) == 1


def test_redirects_in_a_circle_end(peer: HttpPeer, connect: Connects) -> None:
    peer.answer = lambda _: redirecting("/again")
    with pytest.raises(OutgoingFailed, match="redirected more than 5 times"):
        connect(peer.address).conn.get("c1")
    assert len(peer.received) == 6


@pytest.mark.parametrize("headers", [{}, {"Location": "https://[broken"}, {"Location": ""}])
def test_a_redirect_to_nowhere_is_returned(peer: HttpPeer, connect: Connects, headers: dict[str, str]) -> None:
    peer.answer = lambda _: Reply(302, b"", headers) if not peer.received[1:] else Reply()
    assert connect(peer.address).conn.get("c1").status_code in (200, 302)
    assert len(peer.received) <= 2
