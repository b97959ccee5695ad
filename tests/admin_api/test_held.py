"""Holding what goes out, in the admin API."""

from __future__ import annotations

from typing import Any

from support.brokers import new_message


def test_what_goes_out_is_held_and_released_and_both_are_in_the_audit_log(world: Any) -> None:
    world.invocations.send(new_message())
    assert world.call("DELETE", "/held").json == {"changed": False, "messages": 1}
    assert world.call("PUT", "/held", {"reason": "a move"}).json == {"changed": True, "messages": 1}
    assert world.call("PUT", "/held", {"reason": "another"}).json["changed"] is False
    status = world.call("GET", "/status").json
    assert status["held"]["reason"] == "a move"
    assert not status["ok"]
    (problem,) = [each["message"] for each in status["findings"] if each["code"] == "held"]
    assert "1 messages: a move" in problem
    assert "zato cluster release" in problem
    assert world.call("DELETE", "/held").json == {"changed": True, "messages": 1}
    assert world.call("GET", "/status").json["held"] is None
    entries = world.call("GET", "/audit").json["entries"]
    assert [(each["action"], each["detail"]) for each in entries[:2]] == [("release", None), ("hold", "a move")]


def test_it_takes_the_right_to_operate(world: Any) -> None:
    for method in ("PUT", "DELETE"):
        assert world.call(method, "/held", {} if method == "PUT" else None, user="viewer").status_code == 403
    assert world.call("PUT", "/held", {"reason": ""}).status_code == 400


def test_held_messages_are_shown_and_discarded_while_they_are_held(world: Any) -> None:
    first, second = new_message(), new_message()
    for message in (first, second):
        world.invocations.send(message)
    refused = world.call("POST", "/held/messages/discard", {"ids": None})
    assert (refused.status_code, refused.json["error"]["code"]) == (409, "not-held")
    world.call("PUT", "/held", {})
    shown = world.call("GET", "/held/messages").json["messages"]
    assert {each["id"] for each in shown} == {first.id, second.id}
    assert {each["begun"] for each in shown} == {False}
    assert world.call("POST", "/held/messages/discard", {"ids": [first.id]}).json == {"count": 1}
    assert world.call("POST", "/held/messages/discard", {"ids": [first.id]}).status_code == 404
    assert [each["id"] for each in world.call("GET", "/held/messages").json["messages"]] == [second.id]
    assert world.call("POST", "/held/messages/discard", {"ids": None}).json == {"count": 1}
    assert world.call("GET", "/audit").json["entries"][0]["action"] == "discard-held-messages"
