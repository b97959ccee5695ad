"""Which changes fit the items that there are, one after the other, and what is left of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from support.databases import initialised, new_sqlite
from zato.core.errors import Conflict, NotFound, ZatoError
from zato.odb.appending import Appending
from zato.odb.audit import UNKNOWN
from zato.odb.changes import Action, ProposedChange, StoredItem
from zato.odb.cluster import Cluster
from zato.odb.database import Database

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
NAMES = ("a", "b", "c")


@pytest.fixture(scope="module")
def odb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One for all tests here, each of which undoes what it has written."""
    directory: Path = tmp_path_factory.mktemp("appending")
    opened = initialised(new_sqlite(directory)).open()
    yield opened
    opened.dispose()


class Undo(Exception):
    """Ends a transaction as if there had been none."""


class Tried:
    """Appends one set of changes after the other in a transaction that is undone."""

    def __init__(self, odb: Database) -> None:
        self._odb = odb

    def __call__(self, *batches: list[ProposedChange]) -> tuple[list[tuple[int, ...] | str], list[StoredItem]]:
        """The revisions of each set, or the code of the error; and the items after them."""
        answers: list[tuple[int, ...] | str] = []
        items: list[StoredItem] = []
        cluster = Cluster(self._odb).id
        with pytest.raises(Undo), self._odb.write() as connection:
            for batch in batches:
                try:
                    answers.append(
                        Appending(connection, cluster).write(
                            batch, principal="ann", cid="c1", at=NOW, comment=None, origin=UNKNOWN
                        )
                    )
                except ZatoError as error:
                    answers.append(error.code)
            items += Appending(connection, cluster).all_items()
            raise Undo
        return answers, items


@pytest.fixture(scope="module")
def tried(odb: Database) -> Tried:
    return Tried(odb)


def change(action: str, name: str, expected: int | None = None) -> ProposedChange:
    return ProposedChange("service", name, Action(action), None if action == "delete" else "{}", expected)


def played(batches: list[list[ProposedChange]]) -> tuple[list[tuple[int, ...] | str], list[StoredItem]]:
    """What has to come of it, in the plainest words."""
    answers: list[tuple[int, ...] | str] = []
    revision, there = 0, dict[str, int]()
    for batch in batches:
        after, number, wrong = dict(there), revision, ""
        for each in batch:
            now = after.get(each.name, 0)
            exists = bool(now)
            if each.expected_revision is not None and each.expected_revision != now:
                wrong = "stale-revision" if each.expected_revision else "already-exists"
            elif each.action is Action.CREATE and exists:
                wrong = "already-exists"
            elif each.action is not Action.CREATE and not exists:
                wrong = "no-such-item"
            if wrong:
                break
            number += 1
            after[each.name] = number
            if each.action is Action.DELETE:
                del after[each.name]
        if wrong:
            answers.append(wrong)
        else:
            answers.append(tuple(range(revision + 1, number + 1)))
            revision, there = number, after
    return answers, [StoredItem("service", name, number, "{}") for name, number in sorted(there.items())]


CHANGES = st.builds(
    change,
    st.sampled_from([action.value for action in Action]),
    st.sampled_from(NAMES),
    st.none() | st.integers(0, 4),
)


@examples(max_examples=60)
@given(batches=st.lists(st.lists(CHANGES, min_size=1, max_size=4), min_size=1, max_size=5))
def test_each_change_is_held_against_what_those_before_it_leave_behind(
    tried: Tried, batches: list[list[ProposedChange]]
) -> None:
    assert tried(*batches) == played(batches)


@pytest.mark.parametrize("count", [50, 51, 500, 501, 1001])
def test_however_many_items_change_at_once_each_is_known_and_replaced(tried: Tried, count: int) -> None:
    """Few are looked up by name, and many are replaced in parts."""
    names = [f"item-{number:04}" for number in range(count)]
    answers, items = tried(
        [change("create", name) for name in names],
        [change("create", names[-1])],
        [change("update", name, number + 1) for number, name in enumerate(names)],
        [change("delete", name) for name in names[1:]],
    )
    first, again, second, third = answers
    assert again == "already-exists"
    assert [*first, *second, *third] == list(range(1, 3 * count))
    assert items == [StoredItem("service", names[0], count + 1, "{}")]


def test_the_same_name_in_two_kinds_is_two_items(tried: Tried) -> None:
    other = ProposedChange("server", "a", Action.CREATE, "{}")
    answers, items = tried([change("create", "a"), other], [change("delete", "a")])
    assert answers == [(1, 2), (3,)]
    assert items == [StoredItem("server", "a", 2, "{}")]


@pytest.mark.parametrize(
    ("wrong", "error", "words"),
    [
        (change("create", "a"), Conflict, "There is a service 'a' already, at revision 1."),
        (change("create", "a", 0), Conflict, "There is a service 'a' already, at revision 1."),
        (change("update", "b"), NotFound, "There is no service named 'b'."),
        (change("update", "a", 7), Conflict, "revision 7, and it is at revision 1 now, changed by ann at 2026-11-24"),
        (change("delete", "c", 2), Conflict, "revision 2, and ann deleted it in revision 3 at 2026-11-24 12:00:00 UTC"),
        (change("update", "b", 2), Conflict, "revision 2, and it does not exist"),
    ],
)
def test_what_does_not_fit_says_what_was_changed_by_whom(
    odb: Database, wrong: ProposedChange, error: type[ZatoError], words: str
) -> None:
    with pytest.raises(Undo), odb.write() as connection:
        for before in ([change("create", "a")], [change("create", "c")], [change("delete", "c")]):
            Appending(connection, Cluster(odb).id).write(
                before, principal="ann", cid="c1", at=NOW, comment=None, origin=UNKNOWN
            )
        with pytest.raises(error) as raised:
            Appending(connection, Cluster(odb).id).revisions_for([wrong])
        assert words in raised.value.message
        raise Undo
