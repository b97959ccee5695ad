"""What somebody without rights does leaves a trace, and does not fill the ODB."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from zato.admin_api.refusals import ROW_SECONDS, ROWS_AT_ONCE, Refusals
from zato.odb import tables


def rows(world: Any) -> Counter[str]:
    """How many rows each table of the ODB has."""
    with world.database.read() as connection:
        counted = {
            name: connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one()
            for name in tables.metadata.tables
        }
    return Counter(counted)


def everything(world: Any, user: str | None, *, times: int) -> set[int]:
    """Each operation there is, with something for a body."""
    statuses = set()
    for _ in range(times):
        for route in world.table:
            path = re.sub(r"\{kind\}", "outgoing-sql", route.path.removeprefix("/zato/api"))
            path = re.sub(r"\{\w+\}", "1", path)
            taken = route.request
            content = taken[0] if isinstance(taken, tuple) else "application/json"
            raw = None if taken is None else b"{}"
            answer = world.call(route.method, path, user=user, raw=raw, content_type=content if raw else None)
            statuses.add(answer.status_code)
    return statuses


def test_strangers_write_nothing(world: Any) -> None:
    before = rows(world)
    assert everything(world, None, times=3) <= {400, 401, 403, 404, 409, 503}
    assert everything(world, "no-such-user", times=1) <= {400, 401, 403, 404, 409, 503}
    assert rows(world) == before


def test_somebody_without_roles_writes_a_few_rows_and_no_more(world: Any) -> None:
    before = rows(world)
    assert 403 in everything(world, "nothing", times=3)
    grown = rows(world) - before
    assert grown == Counter({tables.audit.name: ROWS_AT_ONCE})
    assert {entry.principal for entry in world.audit.entries(limit=ROWS_AT_ONCE)} == {"nothing"}


def test_a_browser_that_another_site_leads_writes_a_few_rows_and_no_more(world: Any) -> None:
    before = rows(world)
    for _ in range(20):
        world.call("POST", "/items/channel-rest", {}, headers={"Sec-Fetch-Site": "cross-site"})
    assert rows(world) - before == Counter({tables.audit.name: ROWS_AT_ONCE})


def test_the_next_row_says_how_many_were_left_out_and_others_have_theirs(world: Any) -> None:
    for _ in range(ROWS_AT_ONCE + 7):
        world.call("GET", "/export", user="nothing")
    world.call("POST", "/import", {}, user="viewer")
    assert world.audit.entries(limit=1)[0].principal == "viewer"
    world.clock.advance(ROW_SECONDS)
    world.call("GET", "/export", user="nothing")
    world.call("GET", "/export", user="nothing")
    (entry,) = world.audit.entries(limit=1)
    assert (entry.principal, entry.action) == ("nothing", "export")
    assert entry.detail.endswith(" 7 more were refused before this one since the last that is listed.")


@given(st.lists(st.floats(0, 4 * ROW_SECONDS), max_size=60))
def test_rows_never_exceed_the_budget_and_none_is_lost_from_the_count(pauses: list[float]) -> None:
    refusals, now, told, written = Refusals(), 0.0, 0, 0
    for pause in pauses:
        now += pause
        left_out = refusals.due("ann", now)
        if left_out is not None:
            told += left_out + 1
            written += 1
    assert written <= ROWS_AT_ONCE + now / ROW_SECONDS + 1e-6
    assert told <= len(pauses)
    last = refusals.due("ann", now + 1.001 * ROW_SECONDS)  # not a float less
    assert last is not None
    assert told + last == len(pauses)


def test_what_is_remembered_is_bounded() -> None:
    refusals = Refusals()
    for number in range(5000):
        refusals.due(f"user {number}", float(number))
    assert len(refusals._budgets) == 1000
