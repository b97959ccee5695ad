"""The contract of deployments, on every database."""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime

import pytest

from zato.core.errors import NotFound
from zato.odb.database import Database
from zato.odb.deployments import Deployment, Deployments, DeploymentState, Report

NOW = datetime(2026, 11, 24, 12, 30, 15, 123456, tzinfo=UTC)
CHECKING, STAGED, ACTIVE, REJECTED = (
    DeploymentState.CHECKING,
    DeploymentState.STAGED,
    DeploymentState.ACTIVE,
    DeploymentState.REJECTED,
)


@pytest.fixture
def deployments(database: Database) -> Deployments:
    return Deployments(database)


def add(deployments: Deployments, file_name: str = "countries.py", source: bytes = b"source") -> Deployment:
    return deployments.add(
        file_name=file_name,
        module=file_name.partition(".")[0],
        form="py",
        sha256=hashlib.sha256(source).hexdigest(),
        source=source,
        author="ann",
        cid="c1",
        at=NOW,
    )


def test_a_new_deployment_is_being_checked(deployments: Deployments) -> None:
    added = add(deployments)
    assert added == Deployment(
        id=added.id,
        file_name="countries.py",
        module="countries",
        form="py",
        sha256=hashlib.sha256(b"source").hexdigest(),
        size_bytes=6,
        author="ann",
        cid="c1",
        created=NOW,
        state=CHECKING,
        reason=None,
        reason_file=None,
        reason_line=None,
        services=(),
        revision=None,
    )
    assert deployments.get(added.id) == added


@pytest.mark.parametrize("source", [b"", bytes(range(256)), os.urandom(2_000_000)], ids=["empty", "binary", "large"])
def test_a_source_comes_back_byte_by_byte(deployments: Deployments, source: bytes) -> None:
    assert deployments.source(add(deployments, source=source).id) == source


def test_what_does_not_exist_is_not_found(deployments: Deployments) -> None:
    for ask in (deployments.get, deployments.source):
        with pytest.raises(NotFound, match="no deployment 77"):
            ask(77)
    with pytest.raises(NotFound, match="no deployment 77"):
        deployments.report(77, "w1", True, None, NOW)
    assert not deployments.set_state(77, {CHECKING}, STAGED)


def test_the_newest_are_listed_first(deployments: Deployments) -> None:
    ids = [add(deployments, name).id for name in ("a.py", "b.py", "a.py")]
    assert [one.id for one in deployments.list()] == ids[::-1]
    assert [one.id for one in deployments.list(limit=2)] == [ids[2], ids[1]]
    assert [one.id for one in deployments.list(file_name="a.py")] == [ids[2], ids[0]]
    assert deployments.list(file_name="A.py") == []


def test_only_the_first_to_move_a_deployment_on_succeeds(deployments: Deployments) -> None:
    one = add(deployments).id
    assert deployments.set_state(one, {CHECKING}, STAGED, services=("countries.list", "countries.get"))
    assert not deployments.set_state(one, {CHECKING}, REJECTED, reason="too late")
    assert deployments.set_state(one, {CHECKING, STAGED}, ACTIVE, revision=7)
    kept = deployments.get(one)
    assert (kept.state, kept.revision, kept.reason) == (ACTIVE, 7, None)
    assert kept.services == ("countries.list", "countries.get")


def test_a_rejection_says_where_and_why(deployments: Deployments) -> None:
    one = add(deployments).id
    reason = "invalid syntax \x00 \ud800" + "x" * 10_000
    deployments.set_state(one, {CHECKING}, REJECTED, reason=reason, reason_file="pkg/a.py", reason_line=12)
    kept = deployments.get(one)
    assert kept.reason == "invalid syntax \ufffd \ufffd" + "x" * 10_000
    assert (kept.reason_file, kept.reason_line) == ("pkg/a.py", 12)


def test_deployments_in_a_state_are_listed_oldest_first(deployments: Deployments) -> None:
    first, second, third = (add(deployments).id for _ in range(3))
    deployments.set_state(second, {CHECKING}, STAGED)
    assert [one.id for one in deployments.in_state(CHECKING)] == [first, third]
    assert [one.id for one in deployments.in_state(STAGED)] == [second]
    assert deployments.in_state(ACTIVE) == []


def test_workers_report_and_may_correct_themselves(deployments: Deployments) -> None:
    one = add(deployments).id
    deployments.report(one, "w2", False, "no module named x", NOW)
    deployments.report(one, "w1", True, None, NOW)
    deployments.report(one, "w2", True, "", NOW)
    assert deployments.reports(one) == [Report("w1", True, None, NOW), Report("w2", True, None, NOW)]
    assert deployments.reports(one + 1) == []


def test_a_version_that_is_staged_again_begins_without_reports(deployments: Deployments) -> None:
    one, other = add(deployments).id, add(deployments).id
    for each in (one, other):
        deployments.set_state(each, {CHECKING}, STAGED)
        deployments.report(each, "w1", True, None, NOW)
    assert not deployments.set_state(one, {CHECKING}, STAGED)
    assert deployments.reports(one)
    deployments.set_state(one, {STAGED}, ACTIVE, revision=3)
    assert deployments.reports(one)
    deployments.set_state(one, {ACTIVE}, STAGED)
    assert deployments.reports(one) == []
    assert deployments.reports(other)
