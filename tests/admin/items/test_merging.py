"""Two people have changed the same item: nothing is lost, nothing is silent."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from zato.admin.items.merging import Disagreement, decided, merged

VALUES = st.dictionaries(st.sampled_from(["a", "b", "c"]), st.sampled_from([None, 1, 2, 3]))


def test_changes_of_different_fields_go_together() -> None:
    done = merged({"a": 1, "b": 1}, {"a": 2, "b": 1}, {"a": 1, "b": 2}, secrets=())
    assert (done.value, done.kept, done.disagreements) == ({"a": 2, "b": 2}, ("a",), ())


def test_of_the_same_field_one_is_asked() -> None:
    done = merged({"a": 1}, {"a": 2}, {"a": 3}, secrets=())
    assert done.disagreements == (Disagreement("a", 1, 2, 3),)
    assert decided(done, {"a": "mine"}, {"a": 2}, ()).value == {"a": 3}
    assert decided(done, {"a": "theirs"}, {"a": 2}, ()).value == {"a": 2}
    assert decided(done, {"a": "nobody's"}, {"a": 2}, ()).disagreements == done.disagreements


def test_the_same_change_is_none_to_ask_about() -> None:
    assert merged({"a": 1}, {"a": 2}, {"a": 2}, secrets=()).disagreements == ()


def test_a_secret_that_is_left_alone_stays_theirs_and_another_one_is_asked_about() -> None:
    done = merged({"s": "******"}, {"s": "******"}, {}, secrets={"s"})
    assert (done.value, done.disagreements) == ({}, ())
    asked = merged({"s": "******"}, {"s": "******"}, {"s": "new"}, secrets={"s"})
    assert [each.field for each in asked.disagreements] == ["s"]
    assert "new" not in str(asked.disagreements)
    assert decided(asked, {"s": "theirs"}, {"s": "******"}, {"s"}).value == {}


@given(VALUES, VALUES, VALUES)
def test_no_change_of_anybody_is_lost_in_silence(
    base: dict[str, Any], theirs: dict[str, Any], mine: dict[str, Any]
) -> None:
    done = merged(base, theirs, mine, secrets=())
    asked = {each.field for each in done.disagreements}
    for field in {*base, *theirs, *mine} - asked:
        wanted, now, before = mine.get(field, base.get(field)), theirs.get(field), base.get(field)
        assert done.value.get(field) == (wanted if wanted != before else now)
