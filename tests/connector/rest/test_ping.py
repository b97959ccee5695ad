"""A ping says which stage failed."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.certificates import CertificateAuthority
from support.http_peer import HttpPeer, Reply, SilentPort
from support.outgoing_rest import Connects
from support.ports import free_port


@pytest.mark.parametrize(
    ("status", "ok", "stage"),
    [
        (200, True, "done"),
        (204, True, "done"),
        (404, True, "done"),
        (405, True, "done"),
        (401, False, "authentication"),
        (403, False, "authentication"),
        (500, False, "response"),
        (503, False, "response"),
    ],
)
def test_by_the_status_of_the_response(peer: HttpPeer, connect: Connects, status: int, ok: bool, stage: str) -> None:
    peer.answer = lambda _: Reply(status, b"")
    result = connect(peer.address + "/api/{id}", ping_path="/status").ping("c1")
    assert (result.ok, result.stage) == (ok, stage)
    assert f"status {status}" in result.message
    assert 0 < result.milliseconds < 5000
    assert [(received.method, received.target) for received in peer.received] == [("HEAD", "/api/status")]
    assert peer.received[0].headers["X-Zato-CID"] == "c1"


def test_by_the_stage_that_fails(peer: HttpPeer, connect: Connects, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = CertificateAuthority(tmp_path / "other", "Other CA").certificate.read_text()
    with SilentPort() as silent:
        found = {
            "name": connect("https://no-such-host.invalid").ping("c1"),
            "connect": connect(f"https://localhost:{free_port()}").ping("c1"),
            "tls": connect(peer.address, ca_certificate=other).ping("c1"),
            "read": connect(f"http://localhost:{silent}", timeout_seconds=0.3).ping("c1"),
        }
    assert {stage: result.stage for stage, result in found.items()} == {stage: stage for stage in found}
    assert not any(result.ok for result in found.values())
    assert all("'CRM'" in result.message for result in found.values())


def test_a_ping_uses_a_connection_of_its_own_once(peer: HttpPeer, connect: Connects) -> None:
    connection = connect(peer.address, ping_method="GET")
    connection.conn.get("c1")
    assert connection.ping("c2").ok
    assert peer.accepted == 2
    peer.answer = lambda _: Reply(raw=b"")
    assert connection.ping("c3").stage == "read"
    assert len(peer.received) == 3
