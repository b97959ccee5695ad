"""Differences between two states, secrets masked."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from zato.config.diff import FieldDiff, diff
from zato.odb.log import Action, StoredItem

fields = st.dictionaries(
    st.sampled_from(["url", "username", "password", "pool_size"]), st.integers() | st.text(max_size=5)
)
states = st.dictionaries(st.sampled_from("abcd"), fields)


def stored(state: dict[str, dict[str, object]], revision: int) -> list[StoredItem]:
    return [
        StoredItem("outgoing-sql", name, revision, msgspec.json.encode(body).decode()) for name, body in state.items()
    ]


@given(states, states)
def test_applying_the_differences_to_the_one_gives_the_other(
    before: dict[str, dict[str, object]], after: dict[str, dict[str, object]]
) -> None:
    found = diff(stored(before, 1), stored(after, 2))
    result = {name: dict(body) for name, body in before.items()}
    for entry in found:
        if entry.action is Action.DELETE:
            del result[entry.name]
            continue
        body = result.setdefault(entry.name, {})
        for change in entry.fields:
            if change.field not in after[entry.name]:
                del body[change.field]
            elif change.field == "password":
                assert change.after == "******"
                body["password"] = after[entry.name]["password"]
            else:
                body[change.field] = change.after
    assert result == after


@given(states)
def test_a_state_does_not_differ_from_itself(state: dict[str, dict[str, object]]) -> None:
    assert diff(stored(state, 1), stored(state, 2)) == []


def test_a_changed_secret_is_a_difference_that_is_not_shown() -> None:
    (found,) = diff(stored({"a": {"password": "sealed:x"}}, 1), stored({"a": {"password": "sealed:y"}}, 2))
    assert found.fields == (FieldDiff("password", "******", "******"),)
