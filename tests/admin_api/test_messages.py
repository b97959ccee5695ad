"""Asynchronous invocations in the admin API."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from support.brokers import new_message
from zato.config.writer import Author
from zato.core.errors import InvalidInput
from zato.core.origin import Asker
from zato.core.principal import ANONYMOUS
from zato.odb.claims import Dead
from zato.odb.messages import Messages


def kill(world: Any, count: int = 1) -> list[str]:
    """Dead letters, with their ids."""
    for _ in range(count):
        world.invocations.send(new_message())
    return give_up(world, count)


def give_up(world: Any, count: int) -> list[str]:
    """What waits."""
    messages = Messages(world.database)
    now = world.clock.now() + timedelta(seconds=1)
    claims = messages.claim(count, now, now)
    messages.settle([Dead(claim, now, "no luck") for claim in claims])
    return [claim.message.id for claim in claims]


def test_a_message_is_safe_when_it_is_answered(world: Any) -> None:
    result = world.call("POST", "/services/demo.echo/invoke-async", {"a": [1]}, user="deployer")
    assert result.status_code == 202
    [claim] = Messages(world.database).claim(5, world.clock.now(), world.clock.now())
    message = claim.message
    assert (result.json["message_id"], result.json["cid"]) == (message.id, message.cid)
    assert (message.service, message.payload, message.principal) == ("demo.echo", '{"a":[1]}', "deployer")


def test_a_message_to_a_service_that_is_not_there_is_refused(world: Any) -> None:
    assert world.call("POST", "/services/no.such/invoke-async", {}).status_code == 404
    assert world.invocations.counts().waiting == 0


def test_dead_letters_are_shown_delivered_again_and_deleted(world: Any) -> None:
    first, second, third = kill(world, 3)
    assert world.call("GET", "/status").json["messages"] == {"waiting": 0, "dead": 3}
    shown = world.call("GET", "/messages/dead").json["messages"]
    assert {each["id"] for each in shown} == {first, second, third}
    assert (shown[0]["reason"], shown[0]["attempts"], shown[0]["payload_bytes"]) == ("no luck", 1, 8)
    assert world.call("POST", "/messages/dead/retry", {"ids": [first]}).json == {"count": 1}
    assert world.call("GET", "/status").json["messages"] == {"waiting": 1, "dead": 2}
    assert world.call("POST", "/messages/dead/delete", {"ids": [second]}).json == {"count": 1}
    assert world.call("POST", "/messages/dead/delete", {"ids": None}).json == {"count": 1}
    assert world.call("GET", "/messages/dead").json["messages"] == []
    done = [(entry["action"], entry["subject"]) for entry in world.call("GET", "/audit").json["entries"]]
    assert ("retry-dead-letters", first) in done
    assert ("delete-dead-letters", second) in done


def test_a_dead_letter_is_a_problem_until_it_is_dealt_with(world: Any) -> None:
    kill(world)
    problems = world.call("GET", "/status").json["problems"]
    assert any("1 message is a dead letter; zato message list" in problem for problem in problems)
    world.call("POST", "/messages/dead/delete", {"ids": None})
    assert not any("dead letter" in problem for problem in world.call("GET", "/status").json["problems"])


@pytest.mark.parametrize("action", ["retry", "delete"])
def test_a_message_that_is_no_dead_letter_is_not_found(world: Any, action: str) -> None:
    message = new_message()
    world.invocations.send(message)
    result = world.call("POST", f"/messages/dead/{action}", {"ids": [message.id]})
    assert (result.status_code, result.json["error"]["code"]) == (404, "no-such-message")
    assert world.invocations.counts().waiting == 1


@pytest.mark.parametrize("body", [{}, {"ids": []}, {"ids": ["x"]}, {"ids": "all"}])
def test_which_dead_letters_are_meant_has_to_be_said(world: Any, body: dict[str, Any]) -> None:
    kill(world)
    assert world.call("POST", "/messages/dead/delete", body).status_code == 400
    assert world.invocations.counts().dead == 1


def test_a_dead_letter_is_shown_with_what_was_sent_to_those_who_may_read_the_log(world: Any) -> None:
    (message_id,) = kill(world)
    found = world.call("GET", f"/messages/dead/{message_id}", user="operator").json
    assert (found["letter"]["id"], len(found["payload"])) == (message_id, 8)
    assert world.call("GET", f"/messages/dead/{message_id}", user="viewer").status_code == 403
    assert world.call("GET", f"/messages/dead/{'0' * 32}").json["error"]["code"] == "no-such-message"


def test_a_dead_letter_says_what_has_sent_it(world: Any) -> None:
    for name, origin in (("nightly", Asker.JOB), ("to-crm", Asker.DELIVERY), ("shop.sells", Asker.MESSAGE)):
        world.invocations.send(new_message(origin=origin, origin_name=name))
    assert world.call("POST", "/services/demo.echo/invoke-async", {}, user="deployer").status_code == 202
    held = world.call("GET", "/held/messages").json["messages"]
    give_up(world, 4)
    shown = world.call("GET", "/messages/dead").json["messages"]
    expected = {("job", "nightly"), ("delivery", "to-crm"), ("message", "shop.sells"), ("invocation", "")}
    assert {(each["origin"], each["origin_name"]) for each in shown} == expected
    assert {(each["origin"], each["origin_name"]) for each in held} == expected
    for sender, name in expected:
        [found] = world.call("GET", f"/messages/dead?origin={sender}").json["messages"]
        assert found["origin_name"] == name
        assert world.call("GET", f"/messages/dead/{found['id']}").json["letter"]["origin"] == sender
    assert world.call("GET", "/messages/dead?origin=cron").status_code == 400
    job = {"ids": None, "filter": {"origin": "job"}}
    assert world.call("POST", "/messages/dead/delete", job).json == {"count": 1}
    assert world.invocations.counts().dead == 3


def test_dead_letters_are_described_by_filters(world: Any) -> None:
    ids = kill(world, 2)
    service = world.call("GET", "/messages/dead").json["messages"][0]["service"]

    def found(query: str) -> int:
        return len(world.call("GET", f"/messages/dead?{query}").json["messages"])

    assert (found(f"service={service}"), found("service=other"), found("q=NO+luck"), found("q=other")) == (2, 0, 2, 0)
    assert (found("since=2020-01-01T00:00:00Z"), found("until=2020-01-01T00:00:00Z")) == (2, 0)
    nothing = world.call("POST", "/messages/dead/delete", {"ids": None, "filter": {"service": "other"}})
    assert (nothing.json, world.invocations.counts().dead) == ({"count": 0}, 2)
    both = world.call("POST", "/messages/dead/delete", {"ids": ids, "filter": {"service": service}})
    assert both.status_code == 400
    assert world.call("POST", "/messages/dead/delete", {"ids": None, "filter": {"q": "luck"}}).json == {"count": 2}


def test_a_message_that_a_service_sends_is_in_the_odb(world: Any) -> None:
    invoker = world.switch.current().dispatcher
    invoker.invoke_async("demo.echo", {"n": 1, "text": "ż"}, "cid-1", ANONYMOUS, sender="demo.asks")
    [claim] = Messages(world.database).claim(5, world.clock.now(), world.clock.now())
    assert json.loads(claim.message.payload) == {"n": 1, "text": "ż"}
    assert (claim.message.service, claim.message.cid, claim.message.principal) == ("demo.echo", "cid-1", "anonymous")


def test_nobody_outside_has_the_name_of_a_part_of_zato_that_sends_messages(world: Any) -> None:
    by = Author("test", "cid-of-the-test")
    with pytest.raises(InvalidInput, match="stands for a part of Zato"):
        world.publisher.create("security-basic", "listener", {"username": "x", "password": "x" * 12}, by=by)
