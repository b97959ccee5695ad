"""HAProxy takes up renewed certificates while it runs: nobody notices."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.edge import BALANCER, DIRECT, Edge
from support.edge_load import Load
from zato.agent.haproxy.certificate_watch import CertificateWatch
from zato.agent.haproxy.certificates import BalancerCertificates
from zato.agent.haproxy.running import RunningHaproxy
from zato.core.clock import SystemClock
from zato.core.errors import Unavailable
from zato.pki.certificates import load_certificate


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


def watch(edge: Edge) -> None:
    """One look of a watch that has just begun."""
    CertificateWatch(edge.layout, SystemClock()).turn(RunningHaproxy.of(edge.layout).worker())


def test_what_is_renewed_is_used_by_haproxy_without_a_lost_request(edge: Edge) -> None:
    before = shown(edge, BALANCER)
    watcher = CertificateWatch(edge.layout, SystemClock())
    watcher.turn(RunningHaproxy.of(edge.layout).worker())
    assert shown(edge, BALANCER) == before
    load = Load(edge.port(BALANCER), edge.layout.ca_certificate, "/echo", method="POST", body=b"{}")
    with load.running(clients=4):
        load.wait_for_more(50)
        for name in ("haproxy", "haproxy-client", "lighttpd-1", "admin"):
            edge.authority.renew(name)
        watch(edge)
        load.wait_for_more(50)
    assert load.failures == {}
    assert shown(edge, BALANCER) == serial(edge, "haproxy") != before


def test_what_is_older_than_haproxy_is_not_even_looked_at(edge: Edge) -> None:
    edge.authority.renew("haproxy")
    for end in ("crt", "key"):
        os.utime(edge.layout.pki / f"haproxy.{end}", (1, 1))
    before = shown(edge, BALANCER)
    watch(edge)
    assert shown(edge, BALANCER) == before != serial(edge, "haproxy")
    os.utime(edge.layout.pki / "haproxy.crt")
    watch(edge)
    assert shown(edge, BALANCER) == serial(edge, "haproxy")


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


def test_a_haproxy_that_is_away_is_unavailable(edge: Edge, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="does not answer"):
        BalancerCertificates(tmp_path / "nobody.sock").refresh(edge.layout.pki / "haproxy.crt")


def test_the_first_certificate_of_lighttpd_is_still_shown(edge: Edge) -> None:
    """Its agent, which is not running here, is the one to reload it."""
    context = ssl.create_default_context(cafile=edge.layout.ca_certificate)
    with edge.connect(DIRECT, context=context):
        assert shown(edge, DIRECT) != serial(edge, "lighttpd-1")
