"""What is found of what was seen of a cluster: each subject by itself, without one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from zato.admin_api.status.examinations import examine
from zato.admin_api.status.seen import Seen
from zato.broker.delivery import Counts
from zato.config.configuration import Configuration
from zato.core.errors import Unavailable
from zato.deployment.loader import CodeSet
from zato.odb.members import ServerRow, WorkerRow
from zato.odb.package_reports import PackageReport
from zato.odb.state import Held

NOW = datetime(2027, 1, 1, 12, 0, tzinfo=UTC)
AWAY = Unavailable("The ODB is away.", code="odb-away")
SERVER = ServerRow(1, "first", "1.2.3", NOW)
WORKER = WorkerRow(1, "server-1/1-a", NOW - timedelta(hours=1), NOW, 7)


def seen(**changed: Any) -> Seen:
    """One server with one worker, all of which is well, but for what is `changed`."""
    snapshot: Any = SimpleNamespace(configuration=Configuration.from_items(7, []), codes=CodeSet(), problems=())
    fields: dict[str, Any] = {
        "now": NOW,
        "snapshot": snapshot,
        "broker": "embedded",
        "broker_problem": None,
        "beat_error": None,
        "revision": 7,
        "servers": [SERVER],
        "workers": [WORKER],
        "messages": Counts(0, 0),
    }
    return Seen(**fields | changed)


def codes(found: Seen) -> list[tuple[str | None, str | None]]:
    return [(finding.code, finding.subject) for finding in examine(found)]


def test_nothing_is_found_where_all_is_well() -> None:
    assert codes(seen()) == []


@pytest.mark.parametrize("server", [1, 2])
def test_a_worker_is_silent_after_15_seconds_and_one_from_the_future_is_not(server: int) -> None:
    silent = WorkerRow(server, "late", NOW, NOW - timedelta(seconds=16), 7)
    ahead = WorkerRow(1, "ahead", NOW, NOW + timedelta(seconds=14), 7)
    assert codes(seen(workers=[WORKER, ahead, silent])) == [("silent-worker", f"server-{server}")]


def test_a_server_without_a_living_worker_and_a_cluster_without_a_server() -> None:
    assert codes(seen(workers=[])) == [("no-living-worker", "server-1")]
    assert codes(seen(workers=[], servers=[])) == [("no-server", None)]
    gone = codes(seen(ended=frozenset({WORKER.worker})))
    assert gone == [("no-living-worker", "server-1"), ("ended-worker", "server-1")]


def test_a_worker_is_late_once_a_change_is_5_seconds_old() -> None:
    behind = WorkerRow(1, "behind", NOW - timedelta(hours=1), NOW, 6)
    begun = WorkerRow(1, "begun", NOW - timedelta(seconds=1), NOW, 0)
    for seconds, expected in ((4, []), (6, [("late-worker", "server-1")])):
        since = NOW - timedelta(seconds=seconds)
        assert codes(seen(workers=[WORKER, behind, begun], oldest_not_applied=since)) == expected


def test_an_odb_that_is_away_is_told_of_once_and_nobodys_silence_says_anything_then() -> None:
    assert codes(seen(odb_error=AWAY, servers=[], workers=[], messages=None)) == [("odb-away", "ODB")]
    silent = WorkerRow(1, "silent", NOW, NOW - timedelta(minutes=5), 7)
    assert codes(seen(beat_error=AWAY, workers=[silent])) == [("odb-away", "ODB")]


def test_a_broker_that_is_away_hides_what_it_would_tell_of_messages() -> None:
    away = seen(broker_problem="RabbitMQ is away.", messages=None, messages_error=AWAY)
    assert codes(away) == [("broker-away", "broker")]
    assert codes(seen(messages=None, messages_error=AWAY)) == [("odb-away", "messages")]


@pytest.mark.parametrize(("dead", "words"), [(1, "1 message is a"), (2, "2 messages are")])
def test_dead_letters_are_counted(dead: int, words: str) -> None:
    (finding,) = examine(seen(messages=Counts(9, dead)))
    assert finding.code == "dead-letters"
    assert finding.message.startswith(words)


def test_what_is_held_says_since_when_and_how_much() -> None:
    (finding,) = examine(seen(held=Held(NOW, "it is moved"), messages=Counts(3, 0)))
    assert finding.message.startswith("Held since 2027-01-01 12:00:00 UTC, 3 messages: it is moved.")
    (finding,) = examine(seen(held=Held(NOW, "it is moved"), messages=None))
    assert "UTC, messages: it is moved" in finding.message


def test_servers_that_lack_packages_are_named() -> None:
    reports = [
        PackageReport(1, 7, "3.11", False, "No matching distribution", NOW),
        PackageReport(2, 7, "3.11", True, None, NOW),
        PackageReport(3, 7, "3.11", False, "of a server that is not there any more", NOW),
    ]
    servers = [SERVER, ServerRow(2, "second", "1.2.3", NOW)]
    workers = [WORKER, WorkerRow(2, "server-2/1-a", NOW, NOW, 7)]
    found = seen(package_reports=reports, servers=servers, workers=workers)
    assert codes(found) == [("packages-not-installed", "server-1")]


def test_what_the_worker_that_answers_cannot_use_is_found_first() -> None:
    snapshot: Any = SimpleNamespace(
        configuration=Configuration.from_items(7, []),
        codes=CodeSet(),
        problems=("The outgoing-rest 'CRM' is unusable.",),
    )
    assert codes(seen(snapshot=snapshot, messages=Counts(0, 1))) == [("not-usable", None), ("dead-letters", "messages")]
