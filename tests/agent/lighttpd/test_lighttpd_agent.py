"""The agent of lighttpd on a running cluster: it is asked, it reloads, and it keeps what serves."""

from __future__ import annotations

import json
import re
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from support.agents import lets_in
from support.cluster import RunningCluster
from support.load import told
from support.scenarios.balancing import end
from support.scenarios.edge_reloading import edge_agent_of, expose, reload_edges
from support.waiting import until
from zato.core.errors import ZatoError
from zato.pki.authority import Authority
from zato.pki.certificates import fingerprint, load_certificate


@pytest.fixture(scope="module")
def one() -> Iterator[RunningCluster]:
    with TemporaryDirectory(prefix="zato-") as directory:
        running = RunningCluster(Path(directory) / "z", "--workers", "1")
        try:
            running.start()
            expose(running)
            until(lambda: agent_answers(running))
            yield running
        finally:
            running.stop()


def agent_answers(cluster: RunningCluster) -> bool:
    try:
        return bool(edge_agent_of(cluster).state()["configuration"])
    except ZatoError:
        return False


def test_reloads_fail_no_request_whatever_its_method(one: RunningCluster) -> None:
    seen = reload_edges(one, 1, 3)
    print(seen)
    assert seen.failed == [], told(seen.failed)
    assert seen.reloads == 3


def test_the_state_says_what_lighttpd_serves_with(one: RunningCluster) -> None:
    state = edge_agent_of(one).state()
    certificate = load_certificate(one.layout.pki / "lighttpd-1.crt")
    assert state["ok"] is True
    assert state["pid"] == one.pids()["lighttpd-1"]
    assert state["certificate"]["serial"] == f"{certificate.serial_number:x}"
    assert state["authorities"] == [fingerprint(load_certificate(one.layout.ca_certificate))]


def test_nobody_but_the_administrator_is_let_in(one: RunningCluster, tmp_path: Path) -> None:
    pki = one.layout.pki
    Authority(pki).issue_client("partner")
    stranger = Authority(tmp_path)
    stranger.create("zato")
    stranger.issue_client("admin")
    for certificate in (None, pki / "partner.crt", pki / "haproxy-client.crt", tmp_path / "admin.crt"):
        assert not is_let_in(one, certificate), certificate
    assert is_let_in(one, pki / "admin.crt")


def is_let_in(cluster: RunningCluster, certificate: Path | None) -> bool:
    return lets_in(cluster, cluster.edge_agent_port, "lighttpd-agent-1", certificate)


def test_status_says_what_is_not_well_with_lighttpd(one: RunningCluster) -> None:
    well = one.zato("status", check=False)
    assert ("lighttpd of server-1" not in well.stdout, well.returncode) == (True, 0), well.stdout
    key = one.layout.pki / "lighttpd-agent-1.crt"
    kept = key.rename(key.with_suffix(".kept"))
    try:
        end(one, "lighttpd-agent-1", signal.SIGKILL)
        until(lambda: "The agent's API cannot be served; trying again" in one.said())
        ill = one.zato("status", check=False)
        assert "Problem: lighttpd of server-1: its agent does not tell" in ill.stdout
        assert ill.returncode == 1
        told = one.zato("status", "--json", check=False)
        assert (told.returncode, json.loads(told.stdout)["ok"]) == (1, False)
        assert [each["subject"] for each in json.loads(told.stdout)["findings"]] == ["server-1"]
    finally:
        kept.rename(key)
    end(one, "lighttpd-agent-1", signal.SIGKILL)
    until(lambda: agent_answers(one))


def test_a_configuration_that_lighttpd_accepts_and_does_not_serve_with_is_put_back(one: RunningCluster) -> None:
    good = (one.layout.server(1).lighttpd / "lighttpd.conf").read_bytes()
    settings = one.layout.settings.read_text(encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        changed = re.sub(r"(?m)^lighttpd_port = .*$", f"lighttpd_port = {port}", settings)
        assert changed != settings
        one.layout.settings.write_text(changed, encoding="utf-8")
        try:
            end(one, "lighttpd-agent-1", signal.SIGKILL)
            until(lambda: "A reload of lighttpd was undone" in one.said())
        finally:
            one.layout.settings.write_text(settings, encoding="utf-8")
    assert (one.layout.server(1).lighttpd / "lighttpd.conf").read_bytes() == good
    until(one.answers)
    until(lambda: agent_says(one, "keeps_last_good"))
    edge_agent_of(one).validate()
    end(one, "lighttpd-agent-1", signal.SIGKILL)  # with the settings as they were before
    until(lambda: agent_answers(one))
    assert edge_agent_of(one).reload()["ok"] is True


def agent_says(cluster: RunningCluster, field: str) -> bool:
    try:
        return bool(edge_agent_of(cluster).state()[field])
    except ZatoError:
        return False


def test_there_is_nothing_to_go_back_to_before_there_were_two_configurations(one: RunningCluster) -> None:
    good = edge_agent_of(one).state()["configuration"]
    with pytest.raises(ZatoError, match="no earlier configuration"):
        edge_agent_of(one).rollback()
    clients = one.layout.pki / "clients"
    clients.mkdir(exist_ok=True)
    with TemporaryDirectory() as other:
        partners = Authority(Path(other))
        partners.create("partners")
        (clients / "partners.crt").write_bytes((Path(other) / "ca.crt").read_bytes())
    until(lambda: edge_agent_of(one).state()["configuration"] != good)
    accepted = edge_agent_of(one).state()["authorities"]
    # Whose clients are accepted is not gone back on unless that is asked for
    with pytest.raises(ZatoError, match="no earlier configuration"):
        edge_agent_of(one).rollback()
    assert edge_agent_of(one).rollback(with_security=True)["configuration"] == good
    assert edge_agent_of(one).state()["keeps_last_good"] is True
    assert edge_agent_of(one).reload()["configuration"] != good
    (clients / "partners.crt").unlink()
    until(lambda: edge_agent_of(one).state()["configuration"] == good)
    with pytest.raises(ZatoError, match="no earlier configuration"):
        edge_agent_of(one).rollback()
    assert len(edge_agent_of(one).state()["authorities"]) == len(accepted) - 1
    assert edge_agent_of(one).state()["problems"] == []
