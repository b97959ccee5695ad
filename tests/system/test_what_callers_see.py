"""What fails inside a service is the service's fault, and tells callers no names or addresses; the log has them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.cluster import RunningCluster
from support.doors import Answer, Doors
from support.ports import free_port
from support.scenarios.workers import open_channel
from support.waiting import until

SOURCE = """
from pathlib import Path
from zato.server.service import NotFound, Service

class Fails(Service):
    name = 'callers.fails'

    def handle(self):
        what = self.request.payload['what']
        getattr(self, what)()

    def invokes(self):
        self.invoke('callers.secret-name')

    def invokes_within_a_limit(self):
        self.invoke('callers.secret-name', timeout=5)

    def sends(self):
        self.invoke_async('callers.secret-name')

    def sends_bytes(self):
        self.invoke_async('callers.fails', b'no JSON')

    def sends_too_much(self):
        self.invoke_async('callers.fails', 'x' * 11_000_000)

    def both(self):
        self.invoke('callers.fails', 1, field=2)

    def unknown_rest(self):
        self.out.rest['callers.secret-name'].conn.get(self.cid)

    def unknown_sql(self):
        self.out.sql['callers.secret-name'].session()

    def rest(self):
        self.out.rest['callers.rest'].conn.get(self.cid, params={'id': 1})

    def rest_without_a_parameter(self):
        self.out.rest['callers.rest'].conn.get(self.cid)

    def rest_elsewhere(self):
        self.out.rest['callers.rest'].conn.get(self.cid, params={'id': '..'})

    def sql(self):
        with self.out.sql['callers.sql'].session() as session:
            session.execute('SELECT 1')

    def refuses(self):
        raise NotFound('There is no customer 5.')

class Invokes(Service):
    name = 'callers.invokes'

    def handle(self):
        self.invoke('callers.fails', {'what': self.request.payload['what']})

class Tries(Service):
    name = 'callers.tries'

    def handle(self):
        attempt = self.request.delivery.attempt
        with Path(self.request.payload['file']).open('a') as file:
            file.write(f'{attempt} ')
        if attempt == 1:
            self.invoke('callers.secret-name')
"""

FAILURES = {
    "invokes": (500, "unknown-service"),
    "invokes_within_a_limit": (500, "unknown-service"),
    "sends": (500, "unknown-service"),
    "sends_bytes": (500, "payload-not-json"),
    "sends_too_much": (500, "too-large"),
    "both": (500, "service-failed"),
    "unknown_rest": (500, "no-such-connection"),
    "unknown_sql": (500, "no-such-connection"),
    "rest": (502, "outgoing-failed"),
    "rest_without_a_parameter": (502, "outgoing-request"),
    "rest_elsewhere": (400, "invalid-path-parameter"),
    "sql": (502, "outgoing-failed"),
}
KEPT = ("secret-name", "callers.rest", "callers.sql", "127.0.0.1", "psycopg2", "http://", "callers_user", "callers_db")


@pytest.fixture(scope="module")
def failing(cluster: RunningCluster) -> Iterator[Doors]:
    api = cluster.api()
    api.deploy("callers.py", SOURCE.encode())
    closed = free_port()
    url = f"postgresql+psycopg2://127.0.0.1:{closed}/callers_db"
    made: list[tuple[str, str, dict[str, object]]] = [
        ("outgoing-rest", "callers.rest", {"address": f"http://127.0.0.1:{closed}/{{id}}", "retries": 0}),
        ("outgoing-sql", "callers.sql", {"url": url, "username": "callers_user", "password": "not needed"}),
    ]
    for kind, name, value in made:
        api.create_item(kind, name, value)
    open_channel(cluster, "callers.fails", "/callers", ("POST",))
    open_channel(cluster, "callers.invokes", "/callers-twice", ("POST",))
    yield cluster.doors()
    for channel in ("callers.fails", "callers.invokes"):
        api.delete_item("channel-rest", channel)
    for kind, name, _ in made:
        api.delete_item(kind, name)


def ask(doors: Doors, path: str, what: str) -> Answer:
    return doors.get(path, method="POST", body=json.dumps({"what": what}).encode())


def said_why(cluster: RunningCluster, cid: str) -> bool:
    """The file of the log may be written a moment after the answer."""
    logged = [line for line in cluster.said().splitlines() if cid in line]
    return any(word in line for line in logged for word in (*KEPT, "callers.fails"))


@pytest.mark.parametrize("path", ["/callers", "/callers-twice"])
@pytest.mark.parametrize("what", FAILURES)
def test_callers_get_a_code_and_the_log_the_rest(cluster: RunningCluster, failing: Doors, path: str, what: str) -> None:
    answer = ask(failing, path, what)
    error = answer.json["error"]
    assert (answer.status, error["code"]) == FAILURES[what]
    assert error["details"] == [] and error["message"]
    assert [word for word in KEPT if word in answer.body.decode()] == []
    if what != "sends_bytes":
        until(lambda: said_why(cluster, error["cid"]))


@pytest.mark.parametrize("path", ["/callers", "/callers-twice"])
def test_what_a_service_refuses_on_purpose_is_told_as_it_is(failing: Doors, path: str) -> None:
    answer = ask(failing, path, "refuses")
    assert (answer.status, answer.json["error"]["message"]) == (404, "There is no customer 5.")


def test_a_service_that_is_not_there_makes_no_dead_letter_at_once(
    cluster: RunningCluster, failing: Doors, tmp_path: Path
) -> None:
    """The message goes well as soon as the service is deployed, so it is delivered again."""
    file = tmp_path / "attempts"
    cluster.api().invoke_async("callers.tries", {"file": str(file)})
    until(lambda: file.exists() and file.read_text() == "1 2 ")
    assert cluster.api().status()["messages"]["dead"] == 0


def test_operators_are_told_names_and_addresses(cluster: RunningCluster, failing: Doors) -> None:
    answer = cluster.zato("config", "ping", "outgoing-sql", "callers.sql", check=False)
    assert "127.0.0.1" in answer.stdout + answer.stderr
