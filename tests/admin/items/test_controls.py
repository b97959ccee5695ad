"""Forms are made from what kinds say of themselves."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from zato.admin.items.controls import MASK, Control, Names, controls, elsewhere
from zato.config.describing import described_kinds
from zato.core.finding import Finding

NONE = Names({}, ())
KINDS: dict[str, Any] = {kind.name: msgspec.to_builtins(kind) for kind in described_kinds()}


def form(kind: str, value: dict[str, Any], names: Names = NONE, *findings: Finding) -> dict[str, Control]:
    return {control.name: control for control in controls(KINDS[kind], value, names, findings)}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_there_is_has_a_form(kind: str) -> None:
    made = controls(KINDS[kind], {}, NONE)
    assert [control.name for control in made] == [field["name"] for field in KINDS[kind]["fields"]]
    assert all(control.description for control in made)


def test_a_field_is_given_as_its_type_wants_it() -> None:
    made = form("channel-rest", {"path": "/a", "methods": ["GET"], "active": False, "cors_origins": ["https://a", "b"]})
    assert (made["path"].widget, made["path"].text, made["path"].required) == ("text", "/a", True)
    assert made["methods"].widget == "checkboxes"
    assert [option.value for option in made["methods"].options if option.chosen] == ["GET"]
    assert (made["active"].widget, made["active"].checked) == ("checkbox", False)
    assert (made["cors_origins"].widget, made["cors_origins"].text) == ("lines", "https://a\nb")
    assert (made["requests_period_seconds"].widget, made["requests_period_seconds"].unit) == ("number", "s")
    assert form("outgoing-rest", {})["security"].widget == "select"


def test_no_page_gets_a_secret() -> None:
    made = form("outgoing-rest", {"password": MASK, "secret": None})
    assert (made["password"].widget, made["password"].text, made["password"].is_set) == ("secret", "", True)
    assert not made["secret"].is_set
    assert form("outgoing-rest", {"password": "typed"})["password"].text == ""


def test_what_can_be_named_is_offered_and_what_is_gone_is_not_dropped() -> None:
    names = Names({"security-basic": ["ann"], "security-api-key": ["key"]}, ["crm.get"])
    made = form("channel-rest", {"security": ["ann", "gone"]}, names)
    assert made["service"].suggestions == ("crm.get",)
    options = {option.value: option.chosen for option in made["security"].options}
    assert options == {"ann": True, "key": False, "gone": True}
    many = Names({"security-basic": [f"user{number}" for number in range(31)]}, ())
    assert form("channel-rest", {"security": ["user1"]}, many)["security"].widget == "lines"


def test_a_finding_stands_beside_its_field_and_others_above_the_form() -> None:
    findings = (Finding("No slash.", "path", field="path"), Finding("Bad.", "m", field="methods[0]"), Finding("?", "x"))
    made = form("channel-rest", {}, NONE, *findings)
    assert made["path"].findings == ("No slash.",)
    assert made["methods"].findings == ("Bad.",)
    assert elsewhere(KINDS["channel-rest"], findings) == ("?",)
