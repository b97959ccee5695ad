"""lighttpd's agent as its own process: certificates and CAs follow, and nothing is lost on the way. It needs no ODB."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.client_certificates import ForeignAuthority
from support.edge import BALANCER, DIRECT, Edge
from support.edge_load import Load
from zato.agent.lighttpd import files
from zato.agent.lighttpd.names import PID
from zato.agent.lighttpd.reloading import ReloadableLighttpd
from zato.agent.lighttpd.running import RunningLighttpd
from zato.agent.lighttpd.serving import Serving
from zato.core.clock import SystemClock
from zato.host.cluster_toml import write_cluster
from zato.host.server_toml import new_text
from zato.host.settings import load_server
from zato.pki.certificates import load_certificate


@pytest.fixture(scope="module")
def edge() -> Iterator[Edge]:
    made = Edge()
    try:
        write_cluster(made.layout, made.cluster)
        settings = made.layout.server(1).settings
        settings.parent.mkdir(parents=True)
        settings.write_text(new_text({"max_body_bytes": 100 * 1024}))
        made.start()
        start_agent(made)
        yield made
    finally:
        made.close()


def start_agent(edge: Edge) -> None:
    command = ["-m", "zato.agent.lighttpd", "--root", str(edge.layout.root), "--server", "1"]
    edge.start_program("agent", [sys.executable, *command])


def files_kept(edge: Edge) -> int:
    """How often the agent has said that lighttpd keeps its last files."""
    return edge.log("agent").read_text().count("lighttpd keeps its last files")


def restarts(edge: Edge) -> int:
    return edge.log("lighttpd").read_text().count("server started")


def test_a_renewed_certificate_is_used_after_a_reload_that_loses_nothing(edge: Edge) -> None:
    load = Load(edge.port(BALANCER), edge.layout.ca_certificate, "/echo", method="POST", body=b"{}")
    before = restarts(edge)
    with load.running(clients=8):
        load.wait_for_more(100)
        new = edge.authority.renew("lighttpd-1").serial_number
        edge.wait_for(lambda: shown(edge) == new)
        load.wait_for_more(200)
    assert load.failures == {}
    assert restarts(edge) == before + 1
    assert not (edge.server.lighttpd / "closing").exists()


def test_a_certificate_that_is_renewed_during_a_reload_says_nothing_against_lighttpds_files(edge: Edge) -> None:
    class Renewing(RunningLighttpd):
        def reload(self, stop: threading.Event) -> bool:
            done = super().reload(stop)
            edge.authority.renew("lighttpd-1")
            return done

    directory, certificate = edge.server.lighttpd, edge.layout.pki / "lighttpd-1.crt"
    serving = Serving(directory, certificate, edge.server.front_socket)
    program = ReloadableLighttpd(Renewing(directory), serving, SystemClock(), threading.Event())
    edge.signal("agent", signal.SIGSTOP)  # it would reload lighttpd once more
    try:
        assert program.reload({}) is None
    finally:
        edge.signal("agent", signal.SIGCONT)
    edge.wait_for(lambda: shown(edge) == load_certificate(certificate).serial_number)


def test_a_certificate_that_is_renewed_while_lighttpd_reads_its_files_is_taken_up(edge: Edge) -> None:
    certificate = edge.layout.pki / "lighttpd-1.crt"
    new = edge.authority.renew("lighttpd-1").serial_number
    os.utime(certificate, (1, 1))
    (edge.server.lighttpd / PID).touch()  # as if it had read them since
    edge.wait_for(lambda: shown(edge) == new)


def test_a_certificate_without_its_key_is_not_used(edge: Edge) -> None:
    path = edge.layout.pki / "lighttpd-1.crt"
    good, serial, before = path.read_bytes(), load_certificate(path).serial_number, restarts(edge)
    path.write_bytes((edge.layout.pki / "admin.crt").read_bytes())
    edge.wait_for(lambda: "do not belong together" in edge.log("agent").read_text())
    assert (shown(edge), restarts(edge)) == (serial, before)
    path.write_bytes(good)
    restart_agent(edge)  # it would look again in half a minute
    edge.wait_for(lambda: restarts(edge) == before + 1)
    assert edge.get("/echo", DIRECT).status == 200


def test_a_ca_that_is_added_or_removed_is_taken_up(edge: Edge) -> None:
    partners = ForeignAuthority(edge.directory / "partners", "Partners CA")
    certificate = partners.issue("partner")

    def known() -> bool:
        return "HTTP_X_ZATO_TLS_CLIENT" in edge.get("/echo", DIRECT, certificate=certificate).environ

    assert not known()
    (edge.layout.pki / "clients").mkdir()
    path = edge.layout.pki / "clients" / "partners.crt"
    path.write_bytes(partners.pem)
    edge.wait_for(known)
    path.unlink()
    edge.wait_for(lambda: not known())


def test_a_broken_ca_changes_nothing(edge: Edge) -> None:
    before = restarts(edge)
    path = edge.layout.pki / "clients" / "broken.crt"
    path.parent.mkdir(exist_ok=True)
    path.write_text("no certificate")
    restart_agent(edge)
    edge.wait_for(lambda: r"broken.crt is not a PEM certificate" in edge.log("agent").read_text())
    assert edge.get("/echo", DIRECT).status == 200
    assert restarts(edge) == before
    path.unlink()


def test_what_administrators_add_is_taken_up_or_left_out_and_never_ends_anything(edge: Edge) -> None:
    example = Path(__file__).parents[2] / "etc/zato/lighttpd/own.conf.example"
    own = edge.layout.root / "lighttpd" / "own.conf"
    own.parent.mkdir()

    def added() -> bool:
        return "strict-transport-security" in edge.get("/echo", DIRECT).headers

    assert not added()
    own.write_bytes(example.read_bytes())
    edge.wait_for(added)
    # While the agent still looks whether lighttpd serves with that: nothing is held against what was added
    new = edge.authority.renew("lighttpd-1").serial_number
    edge.wait_for(lambda: shown(edge) == new)
    assert added()
    kept = files_kept(edge)
    own.write_text("server.modules += (")
    edge.wait_for(lambda: files_kept(edge) > kept)
    # What is refused keeps nothing else from being taken up
    new = edge.authority.renew("lighttpd-1").serial_number
    edge.wait_for(lambda: shown(edge) == new)
    assert added()
    # A start leaves out what it would not come to by
    for name in ("agent", "lighttpd"):
        edge.processes[name].kill()
        edge.processes.pop(name).wait()
    view = files.view_of(edge.layout, edge.cluster, 1, load_server(edge.layout, 1))
    files.write_to_start(edge.layout, view)
    edge.start_lighttpd()
    assert edge.get("/echo", DIRECT).status == 200
    assert not added()
    kept = files_kept(edge)
    start_agent(edge)
    edge.wait_for(lambda: files_kept(edge) > kept)
    own.unlink()
    restart_agent(edge)
    assert "server.modules += (\n" not in (edge.server.lighttpd / "lighttpd.conf").read_text()


def test_the_agent_goes_on_without_lighttpd(edge: Edge) -> None:
    edge.processes["lighttpd"].kill()
    edge.processes.pop("lighttpd").wait()
    restart_agent(edge)
    new = edge.authority.renew("lighttpd-1").serial_number
    edge.wait_for(lambda: "lighttpd" in edge.log("agent").read_text())
    edge.start_lighttpd()
    edge.wait_for(lambda: shown(edge) == new)
    assert edge.processes["agent"].poll() is None


def shown(edge: Edge) -> int:
    with edge.connect(DIRECT) as connection:
        details = connection.getpeercert()
        assert details is not None
        return int(str(details["serialNumber"]), 16)


def restart_agent(edge: Edge) -> None:
    edge.stop_program("agent")
    start_agent(edge)
