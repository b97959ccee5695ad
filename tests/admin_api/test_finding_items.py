"""Items are found: in pages, by what they have, in an order, and in an overview."""

from __future__ import annotations

from typing import Any

import pytest

from support.admin_world import create_channel


def test_a_list_comes_in_pages_by_name(world: Any) -> None:
    for number in range(5):
        create_channel(world, f"echo-{number}", path=f"/echo/{number}")
    first = world.call("GET", "/items/channel-rest?limit=2").json
    assert [item["name"] for item in first["items"]] == ["echo-0", "echo-1"]
    assert first["revision"] == world.log.revision()
    second = world.call("GET", f"/items/channel-rest?limit=3&after={first['next']}").json
    assert [item["name"] for item in second["items"]] == ["echo-2", "echo-3", "echo-4"]
    assert second["next"] is None
    assert len(world.call("GET", "/items/channel-rest").json["items"]) == 5


def test_an_item_that_is_not_there_is_answered_with_the_one_that_may_be_meant(world: Any) -> None:
    world.call("POST", "/items/channel-rest", {"name": "customers.get", "value": {"service": "s", "path": "/c"}})
    answer = world.call("GET", "/items/channel-rest/Customer.get")
    assert answer.json["error"]["message"] == (
        "There is no channel-rest named 'Customer.get'; did you mean 'customers.get'?"
    )
    assert world.call("GET", "/items/channel-rest/zzz").json["error"]["message"].endswith("named 'zzz'.")
    invoked = world.call("POST", "/services/demo.ecko/invoke", {})
    assert (invoked.status_code, "did you mean 'demo.echo'?" in invoked.text) == (404, True)


def _names(result: Any) -> list[str]:
    return [item["name"] for item in result.json["items"]]


def test_a_list_is_searched_and_sorted_and_says_who_made_each_item_what_it_is(world: Any) -> None:
    for number in (2, 0, 1):
        create_channel(world, f"echo-{number}", path=f"/echo/{number}")
    path = "/items/channel-rest"
    assert _names(world.call("GET", f"{path}?sort=-revision")) == ["echo-1", "echo-0", "echo-2"]
    assert _names(world.call("GET", f"{path}?sort=-name")) == ["echo-2", "echo-1", "echo-0"]
    assert _names(world.call("GET", f"{path}?q=ECHO-1")) == ["echo-1"]
    assert _names(world.call("GET", f"{path}?q=/echo/2")) == ["echo-2"]
    assert _names(world.call("GET", "/items/security-basic?q=any")) == []
    world.clock.advance(60)
    before = world.call("GET", f"{path}/echo-0").json
    body = {"value": {**before["value"], "path": "/other"}, "revision": before["revision"]}
    world.call("PUT", f"{path}/echo-0", body, user="operator")
    shown = {item["name"]: (item["author"], item["changed"]) for item in world.call("GET", path).json["items"]}
    assert shown["echo-0"] == ("operator", "2027-01-01T00:01:00Z")
    assert shown["echo-2"] == ("admin", "2027-01-01T00:00:00Z")


@pytest.mark.parametrize("sort", ["name", "-name", "revision", "-revision"])
def test_every_order_comes_in_pages(world: Any, sort: str) -> None:
    for number in (2, 0, 1):
        create_channel(world, f"echo-{number}", path=f"/echo/{number}")
    path = f"/items/channel-rest?sort={sort}&limit=1"
    whole = _names(world.call("GET", f"/items/channel-rest?sort={sort}"))
    found, after = [], ""
    for _ in whole:
        page = world.call("GET", path + after).json
        found += [item["name"] for item in page["items"]]
        after = f"&after={page['next']}"
    assert (found, page["next"]) == (whole, None)


def test_an_after_of_another_order_is_refused(world: Any) -> None:
    create_channel(world)
    assert world.call("GET", "/items/channel-rest?sort=revision&after=echo").status_code == 400


def test_what_has_a_text_is_found_names_first(world: Any) -> None:
    create_channel(world, "unlike", path="/echo/here", service="demo.echo")
    create_channel(world, "echo", path="/e")
    world.refresh()
    found = world.call("GET", "/search?q=echo", user="viewer").json
    assert [(each["what"], each["name"], each["field"]) for each in found["found"]] == [
        ("item", "echo", None),
        ("service", "demo.echo", None),
        ("item", "unlike", "service"),
    ]
    assert (world.call("GET", "/search?q=echo&limit=1").json["found"], found["total"]) == (found["found"][:1], 3)
    assert world.call("GET", "/search?q=").status_code == 400
    assert world.call("GET", "/search?q=$2b").json["total"] == 0


def test_one_answer_has_what_an_overview_shows(world: Any) -> None:
    create_channel(world)
    world.refresh()
    found = world.call("GET", "/summary", user="viewer").json
    assert found["items"]["channel-rest"] == 1
    assert found["services"] == 5
    assert found["changes"][0]["name"] == "echo"
    assert found["status"]["odb"]["ok"] is True
