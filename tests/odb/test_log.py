"""The contract of the configuration log, on every database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Engine, event

from zato.core.errors import Conflict, InvalidInput, NotFound
from zato.odb.audit import AuditLog
from zato.odb.database import Database
from zato.odb.log import Action, Appending, ConfigurationLog, Following, ProposedChange, StoredItem

THOUSANDS = 3_000
NOW = datetime(2026, 11, 24, 12, 30, 15, 123456, tzinfo=UTC)


@pytest.fixture
def log(database: Database) -> ConfigurationLog:
    return ConfigurationLog(database)


def create(name: str, data: str = "{}", expected: int | None = None, kind: str = "service") -> ProposedChange:
    return ProposedChange(kind, name, Action.CREATE, data, expected)


def update(name: str, data: str, expected: int | None = None, kind: str = "service") -> ProposedChange:
    return ProposedChange(kind, name, Action.UPDATE, data, expected)


def remove(name: str, expected: int | None = None, kind: str = "service") -> ProposedChange:
    return ProposedChange(kind, name, Action.DELETE, None, expected)


def append(log: ConfigurationLog, *changes: ProposedChange, comment: str | None = None) -> tuple[int, ...]:
    return log.append(changes, principal="ann", cid="c1", at=NOW, comment=comment)


def test_an_empty_log_is_at_revision_zero(log: ConfigurationLog) -> None:
    assert log.revision() == 0
    assert log.items_with_revision() == (0, [])
    assert log.changes_after(0) == []
    assert log.items_at(0) == []


def test_each_change_gets_the_next_revision(log: ConfigurationLog) -> None:
    assert append(log, create("a"), create("b")) == (1, 2)
    assert append(log, update("a", '{"x":1}'), remove("b")) == (3, 4)
    assert log.revision() == 4
    assert log.items() == [StoredItem("service", "a", 3, '{"x":1}')]


def test_appending_nothing_changes_nothing(log: ConfigurationLog) -> None:
    assert append(log) == ()
    assert log.revision() == 0


def test_a_logged_change_says_what_who_when_and_why(log: ConfigurationLog) -> None:
    append(log, create("a", '{"x":1}'), comment="as agreed")
    (change,) = log.changes_after(0)
    assert (change.revision, change.kind, change.name, change.action) == (1, "service", "a", Action.CREATE)
    assert (change.data, change.principal, change.cid, change.comment) == ('{"x":1}', "ann", "c1", "as agreed")
    assert change.at == NOW
    assert change.at.tzinfo is UTC


def test_times_of_another_zone_are_kept_as_the_same_moment(log: ConfigurationLog) -> None:
    local = NOW.astimezone(timezone(timedelta(hours=5, minutes=30)))
    log.append([create("a")], principal="ann", cid="c1", at=local)
    assert log.changes_after(0)[0].at == NOW


def test_an_empty_comment_is_no_comment(log: ConfigurationLog) -> None:
    append(log, create("a"), comment="")
    assert log.changes_after(0)[0].comment is None


def test_comments_survive_what_databases_refuse(log: ConfigurationLog) -> None:
    append(log, create("a"), comment="nul \x00, half a pair \ud800, a face \U0001f600")
    assert log.changes_after(0)[0].comment == "nul \ufffd, half a pair \ufffd, a face \U0001f600"


def test_data_of_any_size_and_script_comes_back_unchanged(log: ConfigurationLog) -> None:
    data = '{"text":"' + "\u010d\U0001f600'\\\\\\\"%s%(x)s:y;--" * 50_000 + '"}'
    append(log, create("a", data))
    assert log.item("service", "a").data == data
    assert log.changes_after(0)[0].data == data


def test_names_differ_by_case(log: ConfigurationLog) -> None:
    append(log, create("Stock", '{"x":1}'), create("stock", '{"x":2}'))
    assert log.item("service", "Stock").data == '{"x":1}'
    assert log.item("service", "stock").data == '{"x":2}'


def test_the_same_name_may_be_used_in_two_kinds(log: ConfigurationLog) -> None:
    append(log, create("a", kind="service"), create("a", kind="server"))
    assert [item.kind for item in log.items()] == ["server", "service"]
    assert [item.kind for item in log.items("server")] == ["server"]


@pytest.mark.parametrize("name", ["x' OR '1'='1", "a;DROP TABLE zt_item", "%", "_", "{{7*7}}", "\u010d"])
def test_a_name_is_data_and_nothing_else(log: ConfigurationLog, name: str) -> None:
    append(log, create("other"), create(name))
    assert log.item("service", name).revision == 2
    append(log, remove(name))
    assert [item.name for item in log.items()] == ["other"]


@pytest.mark.parametrize("name", ["", "n" * 121, "a\x00b", "\ud800"])
def test_a_name_that_some_database_would_change_is_refused(log: ConfigurationLog, name: str) -> None:
    with pytest.raises(InvalidInput):
        append(log, create("before"), create(name))
    assert log.revision() == 0


def test_creating_what_exists_is_a_conflict(log: ConfigurationLog) -> None:
    append(log, create("a"))
    for again in (create("a"), create("a", expected=0)):
        with pytest.raises(Conflict) as caught:
            append(log, again)
        assert caught.value.code == "already-exists"
        assert "'a'" in caught.value.message


@pytest.mark.parametrize("change", [update("a", "{}"), remove("a")])
def test_changing_what_does_not_exist_is_not_found(log: ConfigurationLog, change: ProposedChange) -> None:
    with pytest.raises(NotFound, match="no service named 'a'"):
        append(log, change)


def test_a_missing_item_is_not_found(log: ConfigurationLog) -> None:
    with pytest.raises(NotFound, match="no service named 'a'"):
        log.item("service", "a")


def test_a_change_of_an_older_revision_is_refused_and_says_who_was_first(log: ConfigurationLog) -> None:
    append(log, create("a"))
    log.append([update("a", '{"x":1}', 1)], principal="bob", cid="c2", at=NOW)
    for stale in (update("a", "{}", 1), remove("a", 1)):
        with pytest.raises(Conflict) as caught:
            append(log, stale)
        assert caught.value.code == "stale-revision"
        assert "service 'a'" in caught.value.message
        assert "revision 2 now, changed by bob at 2026-11-24 12:30:15" in caught.value.message
    assert log.item("service", "a").data == '{"x":1}'


def test_a_change_of_an_item_deleted_meanwhile_says_who_deleted_it(log: ConfigurationLog) -> None:
    append(log, create("a"))
    log.append([remove("a", 1)], principal="bob", cid="c2", at=NOW)
    with pytest.raises(Conflict, match="bob deleted it in revision 2") as caught:
        append(log, update("a", "{}", 1))
    assert caught.value.code == "stale-revision"


def test_a_change_of_the_current_revision_is_made(log: ConfigurationLog) -> None:
    append(log, create("a", expected=0))
    assert append(log, update("a", '{"x":1}', 1)) == (2,)
    assert append(log, remove("a", 2)) == (3,)
    assert append(log, create("a", expected=0)) == (4,)


def test_changes_of_one_append_build_on_one_another(log: ConfigurationLog) -> None:
    append(log, create("a", '{"x":1}'), update("a", '{"x":2}', 1), remove("a"), create("a", '{"x":3}', 0))
    assert log.items() == [StoredItem("service", "a", 4, '{"x":3}')]
    assert [change.action for change in log.history("service", "a")] == ["create", "delete", "update", "create"]
    assert log.items_at(2) == [StoredItem("service", "a", 2, '{"x":2}')]
    assert log.items_at(3) == []


def test_all_changes_are_made_or_none(log: ConfigurationLog, database: Database) -> None:
    append(log, create("a"))
    with pytest.raises(NotFound):
        append(log, create("b"), update("a", '{"x":1}'), remove("missing"))
    assert log.revision() == 1
    assert log.items() == [StoredItem("service", "a", 1, "{}")]
    assert len(log.changes_after(0)) == 1
    assert len(AuditLog(database).entries()) == 1
    assert append(log, create("b")) == (2,)


def test_the_check_sees_everything_before_the_change(log: ConfigurationLog) -> None:
    append(log, create("b"), create("a"))
    seen: list[Sequence[StoredItem]] = []
    log.append([remove("a")], principal="ann", cid="c1", at=NOW, check=lambda before: seen.append(before.all_items()))
    assert seen == [[StoredItem("service", "a", 2, "{}"), StoredItem("service", "b", 1, "{}")]]


def test_what_the_check_raises_is_passed_on_and_nothing_is_written(log: ConfigurationLog, database: Database) -> None:
    def refuse(before: Appending) -> None:
        raise InvalidInput("No.")

    with pytest.raises(InvalidInput, match=r"^No\.$"):
        log.append([create("a")], principal="ann", cid="c1", at=NOW, check=refuse)
    assert log.items_with_revision() == (0, [])
    assert AuditLog(database).entries() == []


def test_changes_are_read_in_pages(log: ConfigurationLog) -> None:
    append(log, *(create(f"item-{number}") for number in range(7)))
    pages = [log.changes_after(0, 3), log.changes_after(3, 3), log.changes_after(6, 3), log.changes_after(7, 3)]
    assert [[change.revision for change in page] for page in pages] == [[1, 2, 3], [4, 5, 6], [7], []]


def test_where_the_log_is_comes_with_what_follows(log: ConfigurationLog) -> None:
    assert log.following(0) == Following(log.position(), [])
    append(log, *(create(f"item-{number}") for number in range(3)))
    found = [log.following(revision, 2) for revision in range(4)]
    assert {each.position for each in found} == {log.position()}
    assert log.position().revision == 3
    assert [[change.revision for change in each.changes] for each in found] == [[1, 2], [2, 3], [3], []]


def test_history_is_of_one_item_newest_first(log: ConfigurationLog) -> None:
    append(log, create("a", '{"x":1}'), create("b"), update("a", '{"x":2}'), remove("a"))
    assert [(change.revision, change.data) for change in log.history("service", "a")] == [
        (4, None),
        (3, '{"x":2}'),
        (1, '{"x":1}'),
    ]
    assert [change.revision for change in log.history("service", "a", 1)] == [4]
    assert log.history("service", "missing") == []


def test_items_at_each_revision_are_what_was_there_then(log: ConfigurationLog) -> None:
    append(log, create("a", '{"x":1}'), create("b"))
    append(log, update("a", '{"x":2}'))
    append(log, remove("b"))
    append(log, create("b", '{"x":3}'))
    states = {revision: [(item.name, item.revision) for item in log.items_at(revision)] for revision in range(6)}
    assert states == {
        0: [],
        1: [("a", 1)],
        2: [("a", 1), ("b", 2)],
        3: [("a", 3), ("b", 2)],
        4: [("a", 3)],
        5: [("a", 3), ("b", 5)],
    }
    assert log.items_at(5) == log.items_at(1000) == log.items_with_revision()[1]


def test_an_import_of_thousands_of_changes_goes_in_batches(log: ConfigurationLog) -> None:
    statements: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", count)
    started = datetime.now(UTC)
    try:
        created = append(
            log, *(create(f"item-{number:05}", '{"x":"' + "y" * 300 + '"}') for number in range(THOUSANDS))
        )
        replaced = append(log, *(update(f"item-{number:05}", "{}", number + 1) for number in range(THOUSANDS)))
    finally:
        event.remove(Engine, "before_cursor_execute", count)
    assert datetime.now(UTC) - started < timedelta(seconds=20)
    assert len(statements) < 50
    assert created == tuple(range(1, THOUSANDS + 1))
    assert replaced == tuple(range(THOUSANDS + 1, 2 * THOUSANDS + 1))
    revision, items = log.items_with_revision()
    assert revision == 2 * THOUSANDS
    assert {item.data for item in items} == {"{}"}
    assert [item.revision for item in items] == list(replaced)


def test_a_change_without_what_it_stores_is_a_mistake_of_the_caller() -> None:
    for action, data in ((Action.CREATE, None), (Action.UPDATE, ""), (Action.DELETE, "{}")):
        with pytest.raises(ValueError, match="must have data exactly when"):
            ProposedChange("service", "a", action, data)


def test_it_tells_which_items_of_some_kinds_were_deleted_before_a_revision(log: ConfigurationLog) -> None:
    append(log, create("a"), create("b"), create("c"))
    append(log, remove("a"), remove("b"))
    append(log, create("a"))
    assert log.deleted({"service"}, 6) == {("service", "a"), ("service", "b")}
    assert log.deleted({"service", "server"}, 5) == {("service", "a")}
    assert log.deleted({"server"}, 6) == set()
