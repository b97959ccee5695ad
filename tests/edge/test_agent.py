"""lighttpd's agent as its own process: users, certificates and CAs follow, and nothing is lost on the way."""

from __future__ import annotations

import base64
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import bcrypt
import pytest

from support.client_certificates import ForeignAuthority
from support.edge import BALANCER, DIRECT, Edge
from support.edge_load import Load
from zato.agent.lighttpd.users import users_file
from zato.config.configuration import Configuration
from zato.config.publisher import Author, Publisher
from zato.config.secrets import SecretBox
from zato.core.clock import SystemClock
from zato.host.server_toml import new_text
from zato.host.settings import write_cluster
from zato.odb import migrate
from zato.odb.changes import StoredItem
from zato.odb.database import Database
from zato.odb.log import ConfigurationLog
from zato.pki.certificates import load_certificate

BY = Author("test", "0" * 32)


@pytest.fixture(scope="module")
def edge() -> Iterator[Edge]:
    made = Edge()
    try:
        write_cluster(made.layout, made.cluster)
        settings = made.layout.server(1).settings
        settings.parent.mkdir(parents=True)
        settings.write_text(new_text({"max_body_bytes": 100 * 1024}))
        database = Database(f"sqlite:///{made.layout.odb}")
        migrate.init(database, made.cluster.name)
        database.dispose()
        made.start()
        start_agent(made)
        yield made
    finally:
        made.close()


@pytest.fixture(scope="module")
def publisher(edge: Edge) -> Iterator[Publisher]:
    database = Database(f"sqlite:///{edge.layout.odb}")
    yield Publisher(ConfigurationLog(database), SecretBox(b"k" * 32), SystemClock())
    database.dispose()


def start_agent(edge: Edge) -> None:
    command = ["-m", "zato.agent.lighttpd", "--root", str(edge.layout.root), "--server", "1"]
    edge.start_program("agent", [sys.executable, *command])


def status(edge: Edge, name: str, word: str) -> int:
    encoded = base64.b64encode(f"{name}:{word}".encode()).decode()
    return edge.get("/echo", DIRECT, headers={"Authorization": f"Basic {encoded}"}).status


def restarts(edge: Edge) -> int:
    return edge.log("lighttpd").read_text().count("server started")


def test_users_follow_the_configuration_without_a_reload(edge: Edge, publisher: Publisher) -> None:
    before = restarts(edge)
    body = {"username": "ann", "password": "ann's password"}
    item = publisher.create("security-basic", "ann", body, by=BY)
    edge.wait_for(lambda: status(edge, "ann", "ann's password") == 200)
    publisher.update("security-basic", "ann", {**body, "active": False}, item.revision, by=BY)
    edge.wait_for(lambda: (edge.server.lighttpd / "users").read_bytes() == b"")
    assert (edge.server.lighttpd / "users").stat().st_mode & 0o777 == 0o600
    assert restarts(edge) == before


def test_a_definition_that_expires_lets_nobody_in_any_more(edge: Edge, publisher: Publisher) -> None:
    expires = (datetime.now(UTC) + timedelta(seconds=2)).isoformat()
    body = {"username": "eve", "password": "eve's password", "expires": expires}
    publisher.create("security-basic", "eve", body, by=BY)
    edge.wait_for(lambda: "eve:" in (edge.server.lighttpd / "users").read_text())
    edge.wait_for(lambda: "eve:" not in (edge.server.lighttpd / "users").read_text())


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


def test_the_agent_goes_on_without_lighttpd(edge: Edge, publisher: Publisher) -> None:
    edge.processes["lighttpd"].kill()
    edge.processes.pop("lighttpd").wait()
    restart_agent(edge)
    publisher.create("security-basic", "joe", {"username": "joe", "password": "joe's password"}, by=BY)
    edge.wait_for(lambda: "joe:" in (edge.server.lighttpd / "users").read_text())
    edge.start_lighttpd()
    assert status(edge, "joe", "joe's password") == 200


def shown(edge: Edge) -> int:
    with edge.connect(DIRECT) as connection:
        details = connection.getpeercert()
        assert details is not None
        return int(str(details["serialNumber"]), 16)


def restart_agent(edge: Edge) -> None:
    edge.stop_program("agent")
    start_agent(edge)


def configuration(**fields: object) -> Configuration:
    import json

    hashed = bcrypt.hashpw(b"word", bcrypt.gensalt(4)).decode()
    data = json.dumps({"username": "joe", "password": hashed, **fields})
    return Configuration.from_items(1, [StoredItem("security-basic", "joe", 1, data)])


NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_user_is_one_line() -> None:
    (line,) = users_file(configuration(username="zoë"), NOW).decode().splitlines()
    assert line.startswith("zoë:$2b$04$")


@pytest.mark.parametrize(
    "fields",
    [
        {"active": False},
        {"expires": "2025-12-31T23:59:59Z"},
        {"expires": "2026-01-01T00:00:00Z"},
        {"username": "joe\nmallory"},
        {"username": "joe\x00"},
        {"username": "#joe"},
        {"username": "jo:e"},
        {"password": "plain text in place of a hash"},
        {"password": "$2b$04$short"},
    ],
)
def test_a_definition_that_is_no_user_has_no_line(fields: dict[str, object]) -> None:
    assert users_file(configuration(**fields), NOW) == b""
