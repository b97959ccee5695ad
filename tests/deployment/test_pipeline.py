"""Deployments through a real ODB, a real check and several workers that each follow the log for themselves."""

from __future__ import annotations

import gc
import threading
import time
import weakref
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from support.broken_deployments import BROKEN
from support.deployed_versions import ACTIVE, ANN, BOB, REJECTED, SUPERSEDED, served, version
from support.deployment_workers import DeploymentWorker
from support.waiting import until
from zato.core.errors import NotFound, TimeLimitExceeded
from zato.deployment import outcomes
from zato.deployment.loader import DeploymentRefused
from zato.odb.audit import AuditLog, Origin, WhichEntries
from zato.odb.deployments import Deployment


def test_a_file_serves_from_all_workers_when_the_call_returns(workers: list[DeploymentWorker]) -> None:
    deployment = workers[0].deployer.deploy("shop.py", version(1), by=ANN)
    assert served(workers) == [1, 1, 1]
    assert (deployment.state, deployment.services, deployment.module, deployment.form) == (
        ACTIVE,
        ("shop.get",),
        "shop",
        "py",
    )
    (change,) = workers[0].log.history("deployment", "shop.py")
    assert (change.principal, change.cid, change.revision) == ("ann", ANN.cid, deployment.revision)
    assert {report.worker for report in workers[0].deployments.reports(deployment.id)} == {
        worker.name for worker in workers
    }


def test_the_audit_log_has_the_address_of_whoever_has_deployed(workers: list[DeploymentWorker]) -> None:
    by = replace(ANN, origin=Origin("192.0.2.7", "session zato on laptop"))
    workers[1].deployer.deploy("shop.py", version(1), by=by)
    (entry,) = AuditLog(workers[0].database).entries(WhichEntries(subject="deployment:shop.py"))
    assert (entry.principal, entry.cid, entry.origin) == (by.principal, by.cid, by.origin)


def test_a_preview_of_a_deployment_says_what_would_be_served_and_is_refused_as_it_would_be(
    workers: list[DeploymentWorker],
) -> None:
    deployer, log = workers[0].deployer, workers[0].log
    found = deployer.preview_deploy("shop.py", version(1), by=ANN)
    ((item,), before) = found.changes, log.revision()
    assert (item.name, item.action.value, {one.field: one.after for one in item.fields}["services"]) == (
        "shop.py",
        "create",
        ["shop.get"],
    )
    assert {one.field for one in item.fields} == {"deployment_id", "sha256", "module", "services"}
    with pytest.raises(DeploymentRefused):
        deployer.preview_deploy("shop.py", b"def (", by=ANN)
    assert (log.revision(), workers[0].deployments.list(10)) == (before, [])
    first = deployer.deploy("shop.py", version(1), by=ANN)
    assert deployer.preview_deploy("shop.py", version(1), by=ANN).changes == ()
    ((item,), before) = deployer.preview_deploy("shop.py", version(2), by=ANN).changes, log.revision()
    assert {one.field: (one.before, one.after) for one in item.fields}["deployment_id"] == (first.id, None)
    second = deployer.deploy("shop.py", version(2), by=ANN)
    ((item,), before) = deployer.preview_activate(first.id, by=ANN).changes, log.revision()
    assert {one.field: (one.before, one.after) for one in item.fields}["deployment_id"] == (second.id, first.id)
    ((item,), _) = deployer.preview_undeploy("shop.py", by=ANN).changes, log.revision()
    assert (item.name, item.action.value) == ("shop.py", "delete")
    assert (log.revision(), served(workers)) == (before, [2, 2, 2])


def test_the_next_version_replaces_it_everywhere_at_one_moment(workers: list[DeploymentWorker]) -> None:
    first = workers[0].deployer.deploy("shop.py", version(1), by=ANN)
    stop = threading.Event()
    seen: list[list[tuple[float, int, float]]] = [[] for _ in workers]

    def request(index: int) -> None:
        while not stop.is_set():
            started = time.time()
            seen[index].append((started, workers[index].serve("shop.get"), time.time()))
            time.sleep(0.0005)

    threads = [threading.Thread(target=request, args=(index,)) for index in range(len(workers))]
    for thread in threads:
        thread.start()
    second = workers[1].deployer.deploy("shop.py", version(2), by=ANN)
    returned = time.time()
    stop.set()
    for thread in threads:
        thread.join()
    item = workers[0].publisher.get("deployment", "shop.py").value
    moment = item.switch_at.timestamp()  # type: ignore[attr-defined]
    for requests in seen:
        answers = [answer for _, answer, _ in requests]
        assert answers == sorted(answers), "an old version answered after the new one"
        assert all(answer == 2 for started, answer, _ in requests if started > returned)
        assert all(answer == 1 for _, answer, ended in requests if ended < moment)
    assert workers[0].deployments.get(first.id).state is SUPERSEDED
    assert workers[0].deployments.get(second.id).state is ACTIVE


def test_the_same_content_is_answered_as_active_without_a_new_version(workers: list[DeploymentWorker]) -> None:
    first = workers[0].deployer.deploy("shop.py", version(1), by=ANN)
    assert workers[1].deployer.deploy("shop.py", version(1), by=BOB) == first
    assert len(workers[0].deployments.list(10)) == 1


@pytest.mark.parametrize(
    "broken", [one for one in BROKEN if one.title in {"exception", "sys.exit", "zip with ../", "empty"}]
)
def test_what_the_check_refuses_is_rejected_with_its_place_and_changes_nothing(
    broken: Any, workers: list[DeploymentWorker]
) -> None:
    workers[0].deployer.deploy("shop.py", version(1), by=ANN)
    before = workers[0].log.revision()
    with pytest.raises(DeploymentRefused) as refused:
        workers[0].deployer.deploy(broken.file_name, broken.source, by=ANN)
    assert refused.value.code == "deployment-rejected"
    rejected = workers[0].deployments.list(1)[0]
    assert (rejected.state, rejected.reason_file, rejected.reason_line) == (
        REJECTED,
        refused.value.refusal.file,
        broken.line or refused.value.refusal.line,
    )
    assert rejected.reason == refused.value.refusal.reason
    assert workers[0].log.revision() == before
    assert served(workers) == [1, 1, 1]


def test_of_deployments_of_one_file_at_the_same_time_the_later_one_stays(workers: list[DeploymentWorker]) -> None:
    results: dict[int, Deployment] = {}

    def deploy(number: int) -> None:
        results[number] = workers[number % 3].deployer.deploy("shop.py", version(number), by=ANN)

    threads = [threading.Thread(target=deploy, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    latest = max(results, key=lambda number: results[number].id)
    assert served(workers) == [latest] * 3
    until(lambda: len([one for one in workers[0].deployments.list(10) if one.state is ACTIVE]) == 1)
    assert {one.state for one in workers[0].deployments.list(10)} == {ACTIVE, SUPERSEDED}
    # One entry for each version; a busy machine may write a second one for the same version, which changes nothing
    assert len(workers[0].log.history("deployment", "shop.py", 100)) >= 6


def test_a_replaced_version_is_freed_soon(workers: list[DeploymentWorker]) -> None:
    gc.disable()
    try:
        workers[0].deployer.deploy("shop.py", version(1), by=ANN)
        module = weakref.ref(workers[0].codes.modules["shop"])
        for number in (2, 3):
            workers[0].deployer.deploy("shop.py", version(number), by=ANN)
        until(lambda: module() is None)
    finally:
        gc.enable()


def test_different_files_at_the_same_time_all_become_active(workers: list[DeploymentWorker]) -> None:
    def deploy(number: int) -> None:
        workers[number % 3].deployer.deploy(f"shop{number}.py", version(number), by=ANN)

    threads = [threading.Thread(target=deploy, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number in range(6):
        assert served(workers, f"shop{number}.get") == [number] * 3


def test_two_files_that_claim_one_service_at_the_same_time_do_not_both_get_it(workers: list[DeploymentWorker]) -> None:
    outcomes: list[object] = []

    def deploy(file_name: str, worker: DeploymentWorker) -> None:
        source = version(file_name).replace(b"    def", b"    name = 'one.name'\n    def")
        try:
            outcomes.append(worker.deployer.deploy(file_name, source, by=ANN).state)
        except DeploymentRefused as error:
            outcomes.append(error.code)

    threads = [
        threading.Thread(target=deploy, args=(name, worker))
        for name, worker in zip(("a.py", "b.py"), workers, strict=False)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, outcomes)) == ["active", "deployment-rejected"]
    assert len(set(served(workers, "one.name"))) == 1


def test_modules_that_import_a_redeployed_one_follow_in_the_same_switch(workers: list[DeploymentWorker]) -> None:
    workers[0].deployer.deploy("lib.py", version(1, "V = 1"), by=ANN)
    user = version(0, "from lib import V").replace(b"return 0", b"return V")
    workers[0].deployer.deploy("user.py", user, by=ANN)
    workers[1].deployer.deploy("lib.py", version(2, "V = 2"), by=ANN)
    assert served(workers, "user.get") == [2, 2, 2]
    with pytest.raises(DeploymentRefused) as refused:
        workers[1].deployer.deploy("lib.py", version(3), by=ANN)
    assert (refused.value.refusal.file, refused.value.refusal.line) == ("user.py", 2)
    assert served(workers, "user.get") == [2, 2, 2]


def test_every_outcome_is_counted(
    workers: list[DeploymentWorker], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flag = tmp_path / "flag"
    flag.touch()
    deployer = workers[0].deployer
    first = deployer.deploy("shop.py", version(1, f"import os\nassert os.path.exists({str(flag)!r})"), by=ANN)
    deployer.deploy("shop.py", version(2), by=ANN)
    flag.unlink()
    with pytest.raises(DeploymentRefused):
        deployer.activate(first.id, by=ANN)
    with pytest.raises(NotFound):
        deployer.activate(999, by=ANN)
    deployer.undeploy("shop.py", by=ANN)
    with pytest.raises(DeploymentRefused):
        deployer.deploy("shop.txt", version(3), by=ANN)
    monkeypatch.setattr(outcomes, "_PATIENCE_SECONDS", 0.0)
    with pytest.raises(TimeLimitExceeded):
        deployer.deploy("shop.py", version(4), by=ANN)
    assert workers[0].noted == ["active", "active", "rejected", "failed", "withdrawn", "rejected", "timed-out"]
