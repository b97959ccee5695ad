"""Which changes lead from one state to another, and in which order."""

from __future__ import annotations

from typing import Any

from zato.config.kinds import ChannelRest, OutgoingRest, SecurityBasic, ServiceSettings
from zato.config.plan import Key, plan, summary
from zato.odb.log import Action

USER: Key = ("security-basic", "user")
CHANNEL: Key = ("channel-rest", "orders")
CRM: Key = ("outgoing-rest", "CRM")
SERVICE: Key = ("service", "shop.buy")
VALUES: dict[Key, Any] = {
    USER: SecurityBasic(username="jane", password="x"),
    CHANNEL: ChannelRest(service="shop.buy", path="/orders", security=("user",)),
    CRM: OutgoingRest(address="https://crm.example.com"),
    SERVICE: ServiceSettings(),
}
CURRENT: dict[Key, Any] = {key: (number, value) for number, (key, value) in enumerate(VALUES.items(), 5)}


def steps(current: Any, wanted: Any, unwanted: Any = ()) -> list[tuple[str, Key, int | None]]:
    return [(each.action.value, each.key, each.expected_revision) for each in plan(current, wanted, unwanted)]


def test_what_is_referred_to_is_made_before_and_deleted_after_what_refers_to_it() -> None:
    made = [key for _, key, _ in steps({}, VALUES)]
    assert made.index(USER) < made.index(CHANNEL)
    deleted = [key for _, key, _ in steps(CURRENT, {}, VALUES)]
    assert deleted.index(CHANNEL) < deleted.index(USER)
    assert sorted(made) == sorted(deleted) == sorted(VALUES)


def test_each_change_says_which_revision_it_starts_from() -> None:
    other = OutgoingRest(address="https://other.example.com")
    wanted = {CRM: other, ("service", "new"): ServiceSettings()}
    assert steps(CURRENT, wanted, [SERVICE]) == [
        ("update", CRM, 7),
        ("create", ("service", "new"), 0),
        ("delete", SERVICE, 8),
    ]


def test_what_stays_the_same_and_what_is_not_there_anyway_is_left_out() -> None:
    assert steps(CURRENT, VALUES) == []
    assert steps({}, {}, [SERVICE]) == []
    assert steps(CURRENT, {SERVICE: VALUES[SERVICE]}, [SERVICE]) == []  # wanted is stronger


def test_one_that_this_release_cannot_read_is_replaced() -> None:
    assert steps({CRM: (7, None)}, {CRM: VALUES[CRM]}) == [("update", CRM, 7)]


def test_a_deletion_has_no_value_and_everything_else_is_written_as_it_is_stored() -> None:
    deletion, update = plan(CURRENT, {}, [CRM])[0], plan({}, {CRM: VALUES[CRM]}, [])[0]
    assert (deletion.proposed().data, deletion.proposed().action) == (None, Action.DELETE)
    assert "crm.example.com" in str(update.proposed().data)
    assert (update.proposed().kind, update.proposed().name) == CRM


def test_what_was_done_is_counted() -> None:
    wanted = {
        CRM: OutgoingRest(address="https://other.example.com"),
        USER: VALUES[USER],
        ("service", "new"): VALUES[SERVICE],
    }
    done = summary(9, plan(CURRENT, wanted, [CHANNEL]), len(wanted))
    assert (done.revision, done.created, done.updated) == (9, (("service", "new"),), (CRM,))
    assert (done.deleted, done.unchanged) == ((CHANNEL,), 1)
