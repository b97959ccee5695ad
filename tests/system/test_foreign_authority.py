"""A partner's CA that looks like the cluster's makes nobody an administrator of a running cluster."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509

from support.client_certificates import ForeignAuthority
from support.cluster import RunningCluster
from support.scenarios.edge_reloading import edge_agent_of
from support.waiting import until
from zato.agent.haproxy.names import client_authorities_file
from zato.agent.lighttpd.names import CLIENT_CA
from zato.pki.certificates import fingerprint, load_certificate

WHOAMI = "/zato/api/whoami"


@pytest.fixture(scope="module")
def impostor(cluster: RunningCluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForeignAuthority]:
    """Its name is the cluster's but for a blank; it was put among the CAs by hand, past the refusal that it meets."""
    own = load_certificate(cluster.layout.ca_certificate).subject
    name = x509.Name([x509.NameAttribute(each.oid, f" {each.value!s}") for each in own])
    made = ForeignAuthority(tmp_path_factory.mktemp("impostor"), name, issues_as=own)
    files = [client_authorities_file(cluster.layout), cluster.layout.server(1).lighttpd / CLIENT_CA]
    before = [path.read_bytes() for path in files]
    client = made.issue("admin")
    agent = edge_agent_of(cluster)
    reloads = agent.state()["reloads"]
    for path, data in zip(files, before, strict=True):
        path.write_bytes(data + made.pem)
    os.kill(cluster.pids()["haproxy"], signal.SIGUSR2)
    try:
        # lighttpd's agent reloads it for its new file
        until(lambda: agent.state()["reloads"] > reloads, seconds=20)
        until(lambda: status(cluster, "haproxy", client) > 0, seconds=20)
        yield made
    finally:
        for path, data in zip(files, before, strict=True):
            path.write_bytes(data)
        os.kill(cluster.pids()["haproxy"], signal.SIGUSR2)
        until(lambda: status(cluster, "haproxy", client) == 0, seconds=20)


def status(cluster: RunningCluster, door: str, certificate: Path) -> int:
    try:
        return cluster.doors().get(WHOAMI, door, certificate=certificate).status
    except OSError:
        return -1


@pytest.mark.parametrize("name", ["admin", "haproxy", "server-1", "lighttpd-1"])
def test_its_clients_are_nobody(cluster: RunningCluster, impostor: ForeignAuthority, door: str, name: str) -> None:
    path = impostor.issue(name)
    own = cluster.layout.pki / "admin.crt"
    told = {
        "X-Zato-Client-Cert-SHA256": fingerprint(load_certificate(own)),
        "X-Zato-Client-Cert-Subject": "CN%3Dadmin",
    }
    assert cluster.doors().get(WHOAMI, door, certificate=path, headers=told).status == 401
    found = cluster.doors().get(WHOAMI, door, certificate=own)
    assert (found.status, found.json["roles"]) == (200, ["admin"])
