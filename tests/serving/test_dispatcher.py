"""What becomes of a service's work, whoever asked for it: its response, or an error of ours."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest

from support.passwords import AnyPassword
from zato.config.configuration import Configuration
from zato.config.secrets import SecretBox
from zato.core.clock import SystemClock
from zato.core.errors import Conflict, NotFound, ServiceFailed, TimeLimitExceeded, TooLarge, Unavailable
from zato.core.message import Message
from zato.core.origin import Asker
from zato.core.principal import ANONYMOUS
from zato.deployment.loader import CodeSet
from zato.host.settings import ServerSettings
from zato.security.authentication import SecurityIndex
from zato.service.errors import UnknownService
from zato.service.request import Request
from zato.service.user_config import UserConfig
from zato.serving.asynchronous import AsyncInvocations
from zato.serving.dispatcher import Dispatcher
from zato.serving.interruption import Interrupted
from zato.serving.limited import LimitedCalls
from zato.serving.snapshot import Snapshot

SOURCE = b"""
import sys
import time
from zato.core.errors import Conflict
from zato.server.service import Service
from zato.serving.interruption import Interrupted

class Echo(Service):
    name = "echo"
    def handle(self):
        self.response.payload = {"got": self.request.payload}

class Fails(Service):
    name = "fails"
    def handle(self):
        raise RuntimeError("a secret in an exception")

class Exits(Service):
    name = "exits"
    def handle(self):
        sys.exit(3)

class Refuses(Service):
    name = "refuses"
    def handle(self):
        raise Conflict("It is taken.", code="taken")

class Odd(Service):
    name = "odd"
    def handle(self):
        error = Conflict("It is taken.")
        error.status = self.request.payload
        raise error

class Ended(Service):
    name = "interrupted"
    def handle(self):
        raise Interrupted

class Asks(Service):
    name = "asks"
    def handle(self):
        self.response.payload = self.invoke(self.request.payload["whom"], 7, timeout=self.request.payload["timeout"])

class Sleeps(Service):
    name = "sleeps"
    def handle(self):
        time.sleep(10)

class Configured(Service):
    name = "configured"
    def handle(self):
        self.response.payload = self.user_config["colour"]
"""


class Sender:
    """A broker that keeps what it is sent."""

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.away = False

    def send(self, message: Message) -> None:
        if self.away:
            raise Unavailable("The broker is away.")
        self.sent.append(message)


@pytest.fixture
def sender() -> Sender:
    return Sender()


@pytest.fixture
def dispatcher(sender: Sender) -> Dispatcher:
    return of(sender)


def of(sender: Sender, **changed: Any) -> Dispatcher:
    configuration = Configuration.from_items(1, [])
    fields: dict[str, Any] = {
        "configuration": configuration,
        "codes": CodeSet().with_deployment("shop.py", SOURCE, 1),
        "security": SecurityIndex(configuration, SecretBox(bytes(32)), AnyPassword()),
        "settings": ServerSettings(time_limit_seconds=5),
        "limits": {},
        "inactive": frozenset(),
        "principals": {},
        "outgoing": None,
        "user_config": UserConfig({"colour": "red"}),
        "problems": (),
    }
    return Dispatcher(Snapshot(**fields | changed), LimitedCalls(), AsyncInvocations(sender, SystemClock()))


def ask(dispatcher: Dispatcher, service: str, payload: Any = None, active: Any = None) -> bytes:
    """As a channel does."""
    request = Request(payload, cid="c1", principal=ANONYMOUS)
    return dispatcher.invoke_from_channel(service, request, active, None)[1]


def test_a_service_answers(dispatcher: Dispatcher) -> None:
    assert ask(dispatcher, "echo", "it") == b'{"got":"it"}'


@pytest.mark.parametrize("service", ["fails", "exits"])
def test_what_a_service_raises_is_not_told_to_who_asked(dispatcher: Dispatcher, service: str) -> None:
    with pytest.raises(ServiceFailed) as raised:
        ask(dispatcher, service)
    assert "secret" not in raised.value.message
    request = Request(None, cid="c1", principal=ANONYMOUS)
    with pytest.raises(ServiceFailed):
        dispatcher.invoke_from_message(service, dispatcher.require_active(service), request, None)
    with pytest.raises(ServiceFailed):
        dispatcher.invoke(service, None, "c1", ANONYMOUS)


def test_errors_of_ours_and_interruptions_are_passed_on(dispatcher: Dispatcher) -> None:
    with pytest.raises(Conflict, match="It is taken"):
        ask(dispatcher, "refuses")
    with pytest.raises(Interrupted):
        ask(dispatcher, "interrupted")


@pytest.mark.parametrize("status", [1000, 200, 204, -1, None, "409", [409]])
def test_an_error_with_a_status_that_no_error_has_is_a_service_that_failed(
    dispatcher: Dispatcher, status: object
) -> None:
    request = Request(status, cid="c1", principal=ANONYMOUS)
    with pytest.raises(ServiceFailed):
        dispatcher.invoke_from_channel("odd", request, None, None)
    with pytest.raises(ServiceFailed):
        dispatcher.invoke_from_message("odd", dispatcher.require_active("odd"), request, None)


def test_a_service_that_is_not_deployed(dispatcher: Dispatcher) -> None:
    with pytest.raises(NotFound):
        dispatcher.require_active("nowhere")
    with pytest.raises(UnknownService):
        dispatcher.invoke("nowhere", None, "c1", ANONYMOUS)
    with pytest.raises(UnknownService):
        dispatcher.invoke_async("nowhere", None, "c1", ANONYMOUS, sender="asks")
    request = Request(None, cid="c1", principal=ANONYMOUS)
    with pytest.raises(Unavailable) as raised:
        dispatcher.invoke_from_channel("nowhere", request, None, None)
    assert raised.value.code == "service-not-deployed"


def test_a_service_that_is_switched_off(sender: Sender) -> None:
    dispatcher = of(sender, inactive=frozenset({"echo"}))
    for attempt in (
        lambda: dispatcher.require_active("echo"),
        lambda: dispatcher.invoke("echo", None, "c1", ANONYMOUS),
        lambda: dispatcher.invoke_async("echo", None, "c1", ANONYMOUS, sender="asks"),
        lambda: ask(dispatcher, "echo"),
    ):
        with pytest.raises(Unavailable) as raised:
            attempt()
        assert raised.value.code == "service-inactive"
    assert sender.sent == []


def test_the_time_limit_is_the_services_own_or_the_servers(sender: Sender) -> None:
    dispatcher = of(sender, limits={"echo": 2.0})
    for service, seconds in (("echo", 2.0), ("configured", 5.0)):
        active = SimpleNamespace()
        ask(dispatcher, service, None, active)
        assert (active.service, active.cid, active.limit_seconds) == (service, "c1", seconds)
        assert 0 < active.deadline - time.monotonic() <= seconds


def test_services_invoke_each_other_within_a_time(dispatcher: Dispatcher) -> None:
    assert ask(dispatcher, "asks", {"whom": "echo", "timeout": None}) == b'{"got":7}'
    assert ask(dispatcher, "asks", {"whom": "echo", "timeout": 5}) == b'{"got":7}'
    with pytest.raises(TimeLimitExceeded):
        ask(dispatcher, "asks", {"whom": "sleeps", "timeout": 0.05})


def test_services_see_the_snapshots_own_configuration(sender: Sender) -> None:
    assert ask(of(sender), "configured") == b"red"
    assert ask(of(sender, user_config=UserConfig({"colour": "blue"})), "configured") == b"blue"


def test_a_message_that_is_not_taken_is_not_the_fault_of_who_is_outside(dispatcher: Dispatcher, sender: Sender) -> None:
    dispatcher.invoke_async("echo", {"n": 1}, "c1", ANONYMOUS, sender="asks")
    assert [(one.service, one.payload, one.cid) for one in sender.sent] == [("echo", '{"n":1}', "c1")]
    assert [(one.origin, one.origin_name) for one in sender.sent] == [(Asker.MESSAGE, "asks")]
    with pytest.raises(TooLarge) as too_large:
        dispatcher.invoke_async("echo", "x" * 11_000_000, "c1", ANONYMOUS, sender="asks")
    assert too_large.value.status == 500
    assert "x" * 10 not in (too_large.value.message_outside or "x" * 10)
    sender.away = True
    with pytest.raises(Unavailable) as away:
        dispatcher.invoke_async("echo", None, "c1", ANONYMOUS, sender="asks")
    assert away.value.status == 503
    assert len(sender.sent) == 1
