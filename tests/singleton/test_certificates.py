"""Renewal in a running cluster: nobody notices, and everybody uses the new certificates."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from support.edge import BALANCER, DIRECT, Edge
from support.edge_load import Load
from zato.core.clock import SystemClock
from zato.core.errors import Unavailable
from zato.host.logs import configure
from zato.pki.certificates import load_certificate
from zato.singleton.balancer import BalancerCertificates
from zato.singleton.certificates import CertificateKeeper


class LaterClock(SystemClock):
    def __init__(self, days: int) -> None:
        self._later = timedelta(days=days)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._later


class Deaf:
    """A balancer that is not there."""

    def refresh(self, path: Path) -> bool:
        raise Unavailable("Nobody answers.")


@pytest.fixture(scope="module")
def edge() -> Iterator[Edge]:
    made = Edge()
    try:
        yield made.start()
    finally:
        made.close()


def shown(edge: Edge, door: str) -> int:
    """Serial number of the certificate that a client sees."""
    with edge.connect(door) as connection:
        details = connection.getpeercert()
        assert details is not None
        return int(str(details["serialNumber"]), 16)


def serial(edge: Edge, name: str) -> int:
    return load_certificate(edge.layout.pki / f"{name}.crt").serial_number


def test_what_is_not_due_is_left_alone(edge: Edge) -> None:
    before = shown(edge, BALANCER)
    keeper = CertificateKeeper(edge.layout, SystemClock(), BalancerCertificates(edge.layout.haproxy_socket))
    assert keeper.step() == []
    assert shown(edge, BALANCER) == before


def test_what_is_due_is_renewed_and_used_by_haproxy_without_a_lost_request(edge: Edge) -> None:
    edge.authority.issue_client("partner")
    partner, before = serial(edge, "partner"), shown(edge, BALANCER)
    load = Load(edge.port(BALANCER), edge.layout.ca_certificate, "/echo", method="POST", body=b"{}")
    balancer = BalancerCertificates(edge.layout.haproxy_socket)
    with load.running(clients=4):
        load.wait_for_more(50)
        # Not valid yet by our clock: what is due by a later one is issued by that clock
        keeper = CertificateKeeper(edge.layout, LaterClock(61), balancer)
        renewed = keeper._renew_due()
        assert renewed == ["admin", "haproxy-client", "haproxy", "lighttpd-1", "server-1"]
        for name in ("haproxy", "haproxy-client", "lighttpd-1", "server-1", "admin"):
            edge.authority.renew(name)
        assert CertificateKeeper(edge.layout, SystemClock(), balancer).step() == []
        load.wait_for_more(50)
    assert load.failures == {}
    assert shown(edge, BALANCER) == serial(edge, "haproxy") != before
    assert serial(edge, "partner") == partner


def test_a_certificate_that_somebody_else_renewed_is_taken_up_once(edge: Edge) -> None:
    balancer = BalancerCertificates(edge.layout.haproxy_socket)
    edge.authority.renew("haproxy-client")
    path = edge.layout.pki.absolute() / "haproxy-client.crt"
    assert [balancer.refresh(path), balancer.refresh(path)] == [True, False]
    assert edge.get("/echo").status == 200
    assert (
        edge.get("/echo", certificate=edge.layout.pki / "admin.crt").environ["HTTP_X_ZATO_TLS_SUBJECT"] == "CN%3Dadmin"
    )


def test_half_of_a_renewal_is_not_taken_up(edge: Edge) -> None:
    balancer = BalancerCertificates(edge.layout.haproxy_socket)
    path = edge.layout.pki.absolute() / "haproxy.crt"
    old = path.read_bytes()
    edge.authority.renew("haproxy")
    new = path.read_bytes()
    path.write_bytes(old)
    assert balancer.refresh(path) is False
    path.write_bytes(new)
    assert balancer.refresh(path) is True
    assert shown(edge, BALANCER) == serial(edge, "haproxy")


def test_a_certificate_that_haproxy_does_not_use_is_an_error(edge: Edge) -> None:
    edge.authority.issue_client("other")
    with pytest.raises(Unavailable, match="does not use"):
        BalancerCertificates(edge.layout.haproxy_socket).refresh(edge.layout.pki.absolute() / "other.crt")


def test_without_haproxy_certificates_are_renewed_all_the_same(edge: Edge) -> None:
    before = serial(edge, "lighttpd-1")
    keeper = CertificateKeeper(edge.layout, LaterClock(61), Deaf())
    assert "lighttpd-1" in keeper.step()
    assert serial(edge, "lighttpd-1") != before
    edge.authority.renew("lighttpd-1")


def test_files_that_cannot_be_renewed_are_said_and_keep_no_other_from_it(
    edge: Edge, capfd: pytest.CaptureFixture[str]
) -> None:
    """Both come before those that are due."""
    configure("json", "info", "singleton")
    broken, strange = (edge.layout.pki / f"{name}.crt" for name in ("aaa", "haproxy-client"))
    kept = strange.read_bytes()
    broken.write_text("no certificate")
    strange.write_bytes(edge.layout.ca_certificate.read_bytes())
    before = serial(edge, "lighttpd-1")
    try:
        keeper = CertificateKeeper(edge.layout, LaterClock(3600), Deaf())
        assert keeper.step() == ["admin", "haproxy", "lighttpd-1", "server-1"]
    finally:
        broken.unlink()
        strange.write_bytes(kept)
        for name in ("admin", "haproxy", "lighttpd-1", "server-1"):
            edge.authority.renew(name)
    assert serial(edge, "lighttpd-1") != before
    said = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    reasons = {line["name"]: line["reason"] for line in said if line["level"] == "error"}
    assert "remove it" in reasons["aaa"]
    assert "was not issued by this cluster" in reasons["haproxy-client"]


def test_a_haproxy_that_is_away_is_unavailable(edge: Edge, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="does not answer"):
        BalancerCertificates(tmp_path / "nobody.sock").refresh(edge.layout.pki / "haproxy.crt")


def test_the_first_certificate_of_lighttpd_is_still_shown(edge: Edge) -> None:
    """Its agent, which is not running here, is the one to reload it."""
    context = ssl.create_default_context(cafile=edge.layout.ca_certificate)
    with edge.connect(DIRECT, context=context):
        assert shown(edge, DIRECT) != serial(edge, "lighttpd-1")
