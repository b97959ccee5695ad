"""Whatever kind there is: a form that is sent as it was shown changes nothing."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from zato.admin.items.controls import Control, Names, controls
from zato.admin.items.posted import value_of
from zato.config.codec import decode, public
from zato.config.describing import described_kinds
from zato.config.kinds import KINDS

DESCRIBED: dict[str, Any] = {kind.name: msgspec.to_builtins(kind) for kind in described_kinds()}
NAMES = Names({"security-basic": ["jane"]}, ["crm.get"])


class Sent:
    """As Django has it."""

    def __init__(self) -> None:
        self.fields: dict[str, list[str]] = {}

    def get(self, name: str, default: str) -> str:
        return [default, *self.getlist(name)][-1]

    def getlist(self, name: str) -> list[str]:
        return self.fields.get(name, [])


def sent(made: tuple[Control, ...]) -> Sent:
    """What a browser makes of a form that nobody has touched."""
    found = Sent()
    for control in made:
        chosen = [option.value for option in control.options if option.chosen]
        if control.widget == "checkbox":
            if control.checked:
                found.fields[control.name] = ["yes"]
        elif control.widget == "checkboxes":
            found.fields[control.name] = chosen
        elif control.widget == "select":
            found.fields[control.name] = chosen[:1] or [option.value for option in control.options[:1]]
        elif control.widget == "secret":
            found.fields[control.name] = [""]
        else:
            found.fields[control.name] = [control.text.replace("\n", "\r\n")]
    return found


@pytest.mark.parametrize("name", KINDS)
def test_a_form_that_nobody_has_touched_changes_nothing(name: str) -> None:
    kind, described = KINDS[name], DESCRIBED[name]
    example = {**dict.fromkeys(kind.secret_fields, "0123456789abcdef-key"), **kind.example}
    # As the admin API answers it
    value = json.loads(msgspec.json.encode(public(name, decode(name, kind.example_name, example))))
    secrets = {field["name"] for field in described["fields"] if field["secret"]}
    wanted = {field: each for field, each in value.items() if field not in secrets}
    assert value_of(described, sent(controls(described, value, NAMES))) == wanted
