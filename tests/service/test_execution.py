"""One invocation from its request to its response."""

from __future__ import annotations

import timeit
from typing import Any

import pytest
from structlog.testing import capture_logs

from support.service_runs import Others, call, context, entry_of
from zato.core.principal import Authentication, Principal
from zato.server.service import BadRequest, Conflict, Int, MethodNotAllowed, NotFound, Service, ServiceFailed
from zato.service.context import ServiceContext
from zato.service.execution import execute
from zato.service.request import Request

CRM = Principal("crm", Authentication.BASIC)


def test_hooks_run_around_the_service_and_see_its_input() -> None:
    class Hooked(Service):
        input = Int("a")

        def before_handle(self) -> None:
            self.steps = ["before", self.request.input.a]

        def handle(self) -> None:
            self.steps.append("handle")

        def after_handle(self) -> None:
            self.response.payload = [*self.steps, "after"]

    assert call(Hooked, {"a": "1"}).json == ["before", 1, "handle", "after"]


def test_what_before_handle_raises_ends_the_invocation() -> None:
    class Guarded(Service):
        def before_handle(self) -> None:
            raise Conflict("Not now.")

        def handle(self) -> None:
            raise AssertionError

    with pytest.raises(Conflict, match=r"Not now\."):
        call(Guarded)


class ByMethod(Service):
    def handle_GET(self) -> None:
        self.response.payload = "got"

    def handle_POST(self) -> None:
        self.response.payload = "posted"


@pytest.mark.parametrize(("method", "body"), [("GET", b"got"), ("POST", b"posted"), ("HEAD", b"got")])
def test_methods_have_their_own_handlers(method: str, body: bytes) -> None:
    assert call(ByMethod, method=method).body == body


def test_a_method_without_a_handler_is_refused_with_those_that_have_one() -> None:
    with pytest.raises(MethodNotAllowed, match="answers GET, POST, not DELETE") as caught:
        call(ByMethod, method="DELETE")
    assert caught.value.allowed == ("GET", "POST")


def test_handle_is_for_methods_without_a_handler_and_for_no_method_at_all() -> None:
    class Both(ByMethod):
        def handle(self) -> None:
            self.response.payload = "handled"

    assert call(Both, method="DELETE").body == b"handled"
    response = execute(entry_of(Both), context(), "c1", Request({}, cid="c1"))
    assert response.payload == "handled"


def test_a_service_without_any_handler_fails_by_name() -> None:
    class Empty(Service):
        name = "empty"

    with pytest.raises(ServiceFailed, match="The service 'empty' has no method handle") as caught:
        call(Empty)
    assert caught.value.code == "no-handle"


def test_a_service_for_http_methods_that_is_invoked_without_one_says_which_it_has() -> None:
    class Both(Service):
        def handle_GET(self) -> None: ...

        def handle_POST(self) -> None: ...

    with pytest.raises(ServiceFailed, match="no method handle, only what answers GET, POST"):
        execute(entry_of(Both), context(), "c1", Request({}, cid="c1"))


@pytest.mark.parametrize(
    ("error", "status"),
    [(BadRequest("No."), 400), (NotFound("No such customer."), 404), (ZeroDivisionError("x"), None)],
)
def test_what_a_service_raises_leaves_unchanged(error: Exception, status: int | None) -> None:
    class Raises(Service):
        def handle(self) -> None:
            raise error

    with pytest.raises(type(error)) as caught:
        call(Raises)
    assert caught.value is error
    assert getattr(error, "status", None) == status


def test_each_invocation_has_an_instance_of_its_own() -> None:
    class Counts(Service):
        def handle(self) -> None:
            self.count = getattr(self, "count", 0) + 1
            self.response.payload = self.count

    assert [call(Counts).json for _ in range(3)] == [1, 1, 1]


def test_log_lines_carry_the_correlation_id_and_take_the_standard_librarys_arguments() -> None:
    class Logs(Service):
        def handle(self) -> None:
            self.logger.info("Customer %s has %d orders", "Ann", 5)
            assert self.logger is self.logger

    with capture_logs() as lines:
        call(Logs)
    assert lines == [
        {"component": Logs.get_name(), "cid": "c1", "event": "Customer Ann has 5 orders", "log_level": "info"}
    ]


def test_services_invoke_one_another_by_name_and_by_class() -> None:
    class Adds(Service):
        name = "math.add"
        input = Int("a"), Int("b")
        output = Int("sum")

        def handle(self) -> None:
            self.response.payload.sum = self.request.input.a + self.request.input.b

    class Caller(Service):
        def handle(self) -> None:
            by_name = self.invoke("math.add", {"a": 1, "b": 2})
            by_class = self.invoke(Adds, {"a": 3}, timeout=1.5, b=4)
            self.response.payload = [by_name, by_class]

    others = Others(Adds)
    assert call(Caller, using=context(others), principal=CRM).json == [{"sum": 3}, {"sum": 7}]
    assert others.calls == [
        ("math.add", {"a": 1, "b": 2}, "c1", CRM, None),
        ("math.add", {"a": 3, "b": 4}, "c1", CRM, 1.5),
    ]


def test_invoke_takes_no_fields_beside_a_payload_that_is_no_dict() -> None:
    class Caller(Service):
        def handle(self) -> None:
            self.invoke("x", [1], a=1)

    with pytest.raises(TypeError, match="either a payload or fields"):
        call(Caller)


def test_user_config_is_read_by_attribute_and_by_item_and_cannot_be_changed() -> None:
    class Reads(Service):
        def handle(self) -> None:
            config: Any = self.user_config
            self.response.payload = [config.billing.currency, config["billing"]["currency"], config.get("x", 5)]
            with pytest.raises(AttributeError, match=r"user_config has no 'nope'; add it to the server's user\.toml"):
                _ = config.nope
            with pytest.raises(AttributeError, match="read-only"):
                config.x = 1
            assert "EUR" not in repr(config)

    assert call(Reads, using=context(user_config={"billing": {"currency": "EUR"}})).json == ["EUR", "EUR", 5]


def test_outgoing_connections_have_two_names() -> None:
    connections = object()

    class Uses(Service):
        def handle(self) -> None:
            assert self.out is self.outgoing is connections

    call(Uses, using=ServiceContext(connections, {}, Others()))  # type: ignore[arg-type]


def test_a_small_service_costs_a_few_microseconds_at_most() -> None:
    """The figure is around 1 µs; the limit leaves room for a machine that is busy with other things."""

    class Small(Service):
        def handle(self) -> None:
            self.response.payload = {"a": 1}

    entry, using = entry_of(Small), context()

    def once() -> None:
        execute(entry, using, "c1", Request(b'{"b": 2}', cid="c1")).encoded()

    assert min(timeit.repeat(once, number=2_000, repeat=20)) / 2_000 < 8e-6
