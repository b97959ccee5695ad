"""Unit-testing services with zato.testing."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest

from zato.core.errors import OutgoingFailed
from zato.core.principal import Authentication, Principal
from zato.server.service import InvalidInput, InvalidOutput, NotFound, Service
from zato.service.request import MessageDelivery
from zato.testing import InvokedService, SentMessage, SentRequest, ServiceTestClient


class Greets(Service):
    name = "greets"
    input = "name", "-title"
    output = "greeting"

    def handle(self) -> None:
        parts = [self.request.input.title, self.request.input.name]
        self.response.payload.greeting = "Hello " + " ".join(part for part in parts if part)


def test_a_service_answers_as_over_http() -> None:
    response = ServiceTestClient().invoke(Greets, {"name": "Ann"}, query={"title": "Dr"})
    assert response.status_code == 200
    assert response.content_type == "application/json"
    assert response.data == {"greeting": "Hello Dr Ann"}
    assert response.text == '{"greeting":"Hello Dr Ann"}'
    assert response.payload == {"greeting": "Hello Dr Ann"}


def test_a_service_answers_as_to_another_service() -> None:
    assert ServiceTestClient().run(Greets, name="Ann") == {"greeting": "Hello Ann"}
    assert ServiceTestClient().run(Greets, {"name": "Ann"}) == {"greeting": "Hello Ann"}


def test_errors_are_raised() -> None:
    with pytest.raises(InvalidInput, match="The field 'name' is missing"):
        ServiceTestClient().invoke(Greets)

    class Wrong(Greets):
        def handle(self) -> None:
            self.response.payload = {}

    with pytest.raises(InvalidOutput):
        ServiceTestClient().invoke(Wrong, {"name": "Ann"})


def test_method_path_parameters_query_and_headers_arrive() -> None:
    class Reads(Service):
        def handle_GET(self) -> None:
            http = self.request.http
            self.response.payload = [http.method, http.params["id"], http.GET, http.headers["x-app"], self.cid]
            self.response.headers["X-Seen"] = "yes"
            self.response.status_code = 201

    response = ServiceTestClient().invoke(
        Reads, method="GET", path_params={"id": "5"}, query={"a": [1, 2]}, headers={"X-App": "crm"}, cid="c7"
    )
    assert response.data == ["GET", "5", {"a": ["1", "2"]}, "crm", "c7"]
    assert (response.status_code, dict(response.headers)) == (201, {"X-Seen": "yes"})


def test_a_plain_channel_takes_and_gives_text() -> None:
    class Shouts(Service):
        def handle(self) -> None:
            self.response.payload = self.request.payload.upper()

    response = ServiceTestClient().invoke(Shouts, "a,b", plain=True)
    assert (response.body, response.content_type) == (b"A,B", "text/plain; charset=utf-8")


class Calls(Service):
    def handle(self) -> None:
        response = self.out.rest["CRM"].conn.post(self.cid, {"id": 5}, params={"a": 1}, headers={"X-App": "zato"})
        self.response.payload = {"status": response.status_code, "data": response.data, "ok": response.ok}


def test_an_outgoing_rest_connection_answers_as_told_and_remembers_what_was_sent() -> None:
    client = ServiceTestClient()
    client.rest["CRM"].respond({"name": "Ann"}, status_code=201)
    assert client.invoke(Calls, cid="c7").data == {"status": 201, "data": {"name": "Ann"}, "ok": True}
    assert client.rest["CRM"].requests == [SentRequest("POST", "c7", {"id": 5}, {"a": 1}, {"X-App": "zato"})]


def test_responses_come_in_order_by_method_and_the_last_one_stays() -> None:
    class Twice(Service):
        def handle(self) -> None:
            conn = self.outgoing.rest["CRM"].conn
            answers = [conn.get(self.cid), conn.get(self.cid), conn.get(self.cid), conn.delete(self.cid)]
            self.response.payload = [answer.text for answer in answers]

    client = ServiceTestClient()
    client.rest["CRM"].respond("other")
    client.rest["CRM"].respond("first", method="GET")
    client.rest["CRM"].respond("then", method="GET")
    assert client.invoke(Twice).data == ["first", "then", "then", "other"]


def test_a_connection_can_fail() -> None:
    client = ServiceTestClient()
    client.rest["CRM"].fail()
    with pytest.raises(OutgoingFailed, match="'CRM' cannot connect"):
        client.invoke(Calls)


def test_a_request_that_the_test_does_not_expect_fails_it() -> None:
    with pytest.raises(AssertionError, match=r"sent POST to 'CRM' and the test has no response"):
        ServiceTestClient().invoke(Calls)


def test_sql_is_a_database_of_each_client_for_itself() -> None:
    class Counts(Service):
        def handle(self) -> None:
            rows = self.out.sql["Stock"].execute("select count(*) as n from stock where level > :low", {"low": 1})
            self.response.payload = rows[0]

    for levels in ([1, 2, 3], [5]):
        client = ServiceTestClient()
        client.sql["Stock"].execute("create table stock (level int)")
        for level in levels:
            client.sql["Stock"].execute("insert into stock values (:level)", {"level": level})
        assert client.invoke(Counts).data == {"n": sum(level > 1 for level in levels)}


def test_sql_is_shared_by_threads() -> None:
    client = ServiceTestClient()
    client.sql["Stock"].execute("create table stock (level int)")
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.extend(client.sql["Stock"].execute("select 1 as a from stock")))
    thread.start()
    thread.join()
    assert found == []
    client.sql["Stock"].execute("insert into stock values (1)")
    assert client.sql["Stock"].execute("select level from stock") == [{"level": 1}]


def test_a_failed_session_is_rolled_back() -> None:
    class Fails(Service):
        def handle(self) -> None:
            from sqlalchemy import text

            with self.out.sql["Stock"].session() as session:
                session.execute(text("insert into stock values (1)"))
                raise NotFound("No.")

    client = ServiceTestClient()
    client.sql["Stock"].execute("create table stock (level int)")
    with pytest.raises(NotFound):
        client.invoke(Fails)
    assert client.sql["Stock"].execute("select * from stock") == []


class Invokes(Service):
    def handle(self) -> None:
        self.response.payload = [self.invoke("greets", name="Ann"), self.invoke("prices.get", {"sku": "a"}, timeout=2)]


def test_other_services_run_or_answer_as_told() -> None:
    client = ServiceTestClient(services=(Greets,))
    client.answer("prices.get", lambda payload: {"sku": payload["sku"], "price": 5})
    assert client.invoke(Invokes, cid="c7").data == [{"greeting": "Hello Ann"}, {"sku": "a", "price": 5}]
    assert client.invoked == [
        InvokedService("greets", {"name": "Ann"}, "c7", None),
        InvokedService("prices.get", {"sku": "a"}, "c7", 2),
    ]
    client.answer("greets", {"greeting": "Hi"})
    client.answer("prices.get", NotFound("No such product."))
    with pytest.raises(NotFound, match="No such product"):
        client.invoke(Invokes)


def test_a_service_that_the_test_does_not_have_is_not_found() -> None:
    with pytest.raises(NotFound, match="no service 'greets' in this test; there are: none"):
        ServiceTestClient().invoke(Invokes)


def test_settings_and_principal_are_the_tests() -> None:
    class Reads(Service):
        def handle(self) -> None:
            config: Any = self.user_config
            self.response.payload = [config.billing.currency, self.principal.name]

    client = ServiceTestClient(
        user_config={"billing": {"currency": "EUR"}}, principal=Principal("crm", Authentication.BASIC)
    )
    assert client.invoke(Reads).data == ["EUR", "crm"]


class Remembers(Service):
    name = "remembers"
    seen: ClassVar[list[Any]] = []

    def handle(self) -> None:
        self.seen.append((self.request.payload, self.request.delivery))


class Delegates(Service):
    name = "delegates"

    def handle(self) -> None:
        self.response.payload = [
            self.invoke_async(Remembers, {"when": datetime(2026, 11, 25, tzinfo=UTC)}, n=1),
            self.invoke_async("remembers"),
        ]


def test_what_was_sent_asynchronously_is_noted_as_it_would_arrive() -> None:
    client = ServiceTestClient(services=(Remembers,))
    response = client.invoke(Delegates, cid="cid-of-the-test")
    assert response.data == ["cid-of-the-test", "cid-of-the-test"]
    assert client.sent == [
        SentMessage("remembers", {"when": "2026-11-25T00:00:00Z", "n": 1}, "cid-of-the-test"),
        SentMessage("remembers", None, "cid-of-the-test"),
    ]
    assert Remembers.seen == []
    with pytest.raises(NotFound, match="remembers"):
        ServiceTestClient().invoke(Delegates)


def test_a_service_is_run_as_a_message_runs_it() -> None:
    client = ServiceTestClient()
    client.deliver(Remembers, {"n": 1}, message_id="m-1", redelivered=True, attempt=2)
    client.deliver(Remembers)
    first, second = Remembers.seen
    assert first == ({"n": 1}, MessageDelivery("m-1", redelivered=True, attempt=2))
    assert second[0] is None
    assert (second[1].redelivered, second[1].attempt) == (False, 1)
