"""Deployments through a real ODB, a real check and several workers that each follow the log for themselves."""

from __future__ import annotations

import gc
import os
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from support import zygotes
from support.broken_deployments import BROKEN, WORKING
from support.databases import initialised, new_sqlite
from support.deployment_workers import DeploymentWorker
from support.waiting import LATE_SECONDS, until
from zato.config.writer import Author
from zato.core.errors import Conflict, InvalidInput, NotFound, TimeLimitExceeded, Unavailable
from zato.deployment import decision, outcomes, states
from zato.deployment.check import Checker
from zato.deployment.decision import REPORT_TIME
from zato.deployment.loader import CodeSet, DeploymentRefused, parse
from zato.deployment.states import States
from zato.odb.audit import AuditLog, Origin, WhichEntries
from zato.odb.deployments import Deployment, DeploymentState
from zato.odb.stagings import Staging

ANN = Author("ann", "c" * 32)
BOB = Author("bob", "d" * 32)
ACTIVE, REJECTED, SUPERSEDED = DeploymentState.ACTIVE, DeploymentState.REJECTED, DeploymentState.SUPERSEDED


@pytest.fixture(scope="module")
def checker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checker]:
    path = tmp_path_factory.mktemp("zygote") / "check.sock"
    pid = zygotes.start(path)
    yield Checker(path, owner=os.getpid(), time_limit_seconds=LATE_SECONDS)
    zygotes.end(pid)


@pytest.fixture
def start(tmp_path: Path, checker: Checker) -> Iterator[Callable[..., DeploymentWorker]]:
    address = new_sqlite(tmp_path)
    initialised(address)
    started: list[DeploymentWorker] = []

    def start_one(**replaced: Any) -> DeploymentWorker:
        worker = DeploymentWorker(f"worker-{len(started) + 1}", address.url, tmp_path, checker)
        for name, value in replaced.items():
            setattr(worker, name, value)
        worker.start()
        started.append(worker)
        return worker

    yield start_one
    for worker in started:
        worker.stop()


@pytest.fixture
def workers(start: Callable[..., DeploymentWorker]) -> list[DeploymentWorker]:
    return [start(), start(), start()]


def version(number: object, extra: str = "") -> bytes:
    return (
        f"from zato.server.service import Service\n{extra}\nclass Get(Service):\n"
        f"    def handle(self):\n        return {number!r}\n"
    ).encode()


def served(workers: list[DeploymentWorker], service: str = "shop.get") -> list[Any]:
    return [worker.serve(service) for worker in workers]


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


def test_a_worker_that_is_late_lets_requests_wait_rather_than_serve_what_the_others_have_left(
    workers: list[DeploymentWorker],
) -> None:
    workers[0].deployer.deploy("shop.py", version(1), by=ANN)
    prompt, late = workers[1], workers[2]
    step, napped = late.stager.step, threading.Event()

    def nap_after_the_report() -> None:
        step()
        if late.staleness.expects_switch and not napped.is_set():
            napped.set()
            time.sleep(1)

    late.stager.step = nap_after_the_report  # type: ignore[method-assign]
    deploying = threading.Thread(target=lambda: workers[0].deployer.deploy("shop.py", version(2), by=ANN), daemon=True)
    deploying.start()
    until(lambda: prompt.serve("shop.get") == 2)
    assert late.switch.current()[1] is not prompt.switch.current()[1]
    assert late.serve("shop.get") == 2
    deploying.join(10)


def test_another_change_meanwhile_does_not_end_a_workers_readiness_to_be_told_to_switch(
    start: Callable[..., DeploymentWorker],
) -> None:
    go_on = threading.Event()
    prompt = start()
    slow = start()
    prompt.deployer.deploy("shop.py", version(1), by=ANN)
    until(lambda: not prompt.staleness.expects_switch)
    stage = slow.staged.load
    slow.load = lambda deployment: (go_on.wait(30), stage(deployment))[1]
    deploying = threading.Thread(target=lambda: prompt.deployer.deploy("shop.py", version(2), by=ANN), daemon=True)
    deploying.start()
    until(lambda: prompt.staleness.expects_switch)
    revision = prompt.publisher.create("security-tls", "partner", {"subject": "CN=partner"}, by=ANN).revision
    until(lambda: prompt.switch.current()[0].revision >= revision)
    assert prompt.staleness.expects_switch
    go_on.set()
    until(lambda: served([prompt, slow]) == [2, 2])
    until(lambda: not prompt.staleness.expects_switch)
    deploying.join(10)


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


def test_a_worker_that_cannot_load_it_rejects_it_everywhere(start: Callable[..., DeploymentWorker]) -> None:
    good = start()
    good.deployer.deploy("shop.py", version(1), by=ANN)

    def fails(deployment: Deployment) -> None:
        raise DeploymentRefused(_refusal_of(b"1 / 0\n"))

    bad = start(load=fails)
    with pytest.raises(DeploymentRefused, match=r"worker-2 could not load it.*ZeroDivisionError"):
        good.deployer.deploy("shop.py", version(2), by=ANN)
    assert good.deployments.list(1)[0].state is REJECTED
    until(lambda: "shop.get" in bad.codes.services)
    assert served([good, bad]) == [1, 1]


def test_a_worker_that_hangs_while_loading_is_named_and_stays_alive(
    start: Callable[..., DeploymentWorker], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decision, "REPORT_TIME", REPORT_TIME / 10)
    good = start()
    release = threading.Event()
    bad = start(load=lambda deployment: release.wait(30))
    with pytest.raises(DeploymentRefused, match=r"worker-2 missing"):
        good.deployer.deploy("shop.py", version(1), by=ANN)
    time.sleep(2)
    beats = {row.worker: row.beat for row in good.members.workers()}
    assert good.clock.now() - beats[bad.name] < timedelta(seconds=1.5)
    release.set()


def test_a_worker_that_died_is_not_waited_for_longer_than_its_heart_beat_lasts(workers: list[DeploymentWorker]) -> None:
    workers[2].die()
    workers[0].deployer.deploy("shop.py", version(1), by=ANN)
    assert served(workers[:2]) == [1, 1]


def test_any_other_worker_completes_it_when_the_one_that_was_asked_dies(workers: list[DeploymentWorker]) -> None:
    deployment = _staged(workers[0], "shop.py", version(1))
    workers[0].die()
    until(lambda: workers[1].deployments.get(deployment.id).state is ACTIVE)
    assert served(workers[1:]) == [1, 1]


def test_a_worker_that_starts_meanwhile_serves_it_too(
    workers: list[DeploymentWorker], start: Callable[..., DeploymentWorker]
) -> None:
    deploying = threading.Thread(target=workers[0].deployer.deploy, args=("shop.py", version(1)), kwargs={"by": ANN})
    deploying.start()
    late = start()
    deploying.join()
    until(lambda: "shop.get" in late.codes.services)
    assert served([*workers, late]) == [1, 1, 1, 1]


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


def test_a_worker_that_slept_through_everything_does_not_bring_an_old_version_back(
    workers: list[DeploymentWorker],
) -> None:
    remembered = _staged(workers[0], "shop.py", version(1))
    until(lambda: workers[0].deployments.get(remembered.id).state is ACTIVE)
    reports = workers[0].deployments.reports(remembered.id)
    workers[0].deployer.deploy("shop.py", version(2), by=ANN)
    slept = States(workers[0].deployments, workers[0].activation, workers[0].clock)
    slept.move_on(remembered, workers[0].activation.active("shop.py"), reports, timedelta())
    assert len(workers[0].log.history("deployment", "shop.py")) == 2


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


def test_an_earlier_version_is_activated_again_in_the_name_of_who_asks(workers: list[DeploymentWorker]) -> None:
    first = workers[0].deployer.deploy("shop.py", version(1), by=ANN)
    second = workers[0].deployer.deploy("shop.py", version(2), by=ANN)
    again = workers[1].deployer.activate(first.id, by=BOB)
    assert (again.id, again.state) == (first.id, ACTIVE)
    assert again.revision is not None
    assert first.revision is not None
    assert again.revision > first.revision
    assert served(workers) == [1, 1, 1]
    until(lambda: workers[0].deployments.get(second.id).state is SUPERSEDED)
    newest, *_ = workers[0].log.history("deployment", "shop.py")
    assert (newest.principal, newest.cid) == ("bob", BOB.cid)
    assert workers[1].deployer.activate(first.id, by=BOB) == again
    assert workers[1].deployer.activate(second.id, by=BOB).state is ACTIVE
    assert served(workers) == [2, 2, 2]


def test_an_earlier_version_that_does_not_work_any_more_is_refused_and_can_be_tried_again(
    workers: list[DeploymentWorker], tmp_path: Path
) -> None:
    flag = tmp_path / "flag"
    flag.touch()
    needing = f"import os\nassert os.path.exists({str(flag)!r})"
    first = workers[0].deployer.deploy("shop.py", version(1, needing), by=ANN)
    workers[0].deployer.deploy("shop.py", version(2), by=ANN)
    flag.unlink()
    with pytest.raises(DeploymentRefused, match="AssertionError"):
        workers[1].deployer.activate(first.id, by=BOB)
    assert workers[0].deployments.get(first.id).state is SUPERSEDED
    assert served(workers) == [2, 2, 2]
    flag.touch()
    assert workers[1].deployer.activate(first.id, by=BOB).reason is None


def test_an_earlier_version_that_one_worker_cannot_load_is_refused_and_can_be_tried_again(
    workers: list[DeploymentWorker],
) -> None:
    first = workers[0].deployer.deploy("shop.py", version(1), by=ANN)
    workers[0].deployer.deploy("shop.py", version(2), by=ANN)

    def fails(deployment: Deployment) -> None:
        raise DeploymentRefused(_refusal_of(b"1 / 0\n"))

    workers[2].load = fails
    with pytest.raises(DeploymentRefused, match="ZeroDivisionError"):
        workers[1].deployer.activate(first.id, by=BOB)
    assert workers[0].deployments.get(first.id).state is SUPERSEDED
    assert served(workers) == [2, 2, 2]
    workers[2].load = workers[2].staged.load
    assert workers[1].deployer.activate(first.id, by=BOB).state is ACTIVE
    assert served(workers) == [1, 1, 1]


def test_a_version_that_was_never_active_cannot_be_activated(workers: list[DeploymentWorker]) -> None:
    with pytest.raises(DeploymentRefused):
        workers[0].deployer.deploy("shop.py", b"1 / 0\n", by=ANN)
    rejected = workers[0].deployments.list(1)[0]
    with pytest.raises(Conflict, match="only a version that was active before") as refused:
        workers[0].deployer.activate(rejected.id, by=ANN)
    assert refused.value.code == "not-activatable"
    with pytest.raises(NotFound):
        workers[0].deployer.activate(999, by=ANN)


def test_a_rolled_back_configuration_brings_its_code_and_its_states_back(workers: list[DeploymentWorker]) -> None:
    first = workers[0].deployer.deploy("shop.py", version(1), by=ANN)
    second = workers[0].deployer.deploy("shop.py", version(2), by=ANN)
    assert first.revision is not None
    workers[0].publisher.rollback_item("deployment", "shop.py", first.revision, by=BOB)
    until(lambda: served(workers) == [1, 1, 1])
    until(lambda: workers[0].deployments.get(first.id).state is ACTIVE)
    until(lambda: workers[0].deployments.get(second.id).state is SUPERSEDED)


def test_a_rolled_back_cluster_switches_files_that_need_one_another_at_one_moment(
    workers: list[DeploymentWorker],
) -> None:
    before = deploy_pair(workers[0], 1)
    deploy_pair(workers[0], 2)
    workers[0].deployer.deploy("late.py", version(3), by=ANN)
    stop = threading.Event()
    seen: list[list[tuple[float, str]]] = [[] for _ in workers]

    def request(index: int) -> None:
        while not stop.is_set():
            started = time.time()
            seen[index].append((started, workers[index].serve("user.get")))
            time.sleep(0.0005)

    threads = [threading.Thread(target=request, args=(index,)) for index in range(len(workers))]
    for thread in threads:
        thread.start()
    preview = workers[1].cluster_rollback.preview(before, by=BOB)
    summary = workers[1].cluster_rollback.rollback(before, by=BOB)
    assert {(each.kind, each.name) for each in preview.changes} == {
        *summary.created,
        *summary.updated,
        *summary.deleted,
    }
    returned = time.time()
    stop.set()
    for thread in threads:
        thread.join()
    assert sorted(name for _, name in summary.updated) == ["lib.py", "user.py"]
    assert [name for _, name in summary.deleted] == ["late.py"]
    moments = {workers[0].publisher.get("deployment", name).value.switch_at for name in ("lib.py", "user.py")}  # type: ignore[attr-defined]
    assert len(moments) == 1
    moment = moments.pop().timestamp()
    assert moment - workers[0].log.history("deployment", "lib.py")[0].at.timestamp() > 0.08, "no time to prepare"
    for requests in seen:
        assert {answer for _, answer in requests} == {"1 1", "2 2"}
        assert all(answer == "1 1" for started, answer in requests if started > min(moment + 0.02, returned))
        assert all(answer == "2 2" for started, answer in requests if started < moment - 0.02)
    assert all("late.get" not in worker.codes.services for worker in workers)
    until(
        lambda: (
            [one.state for one in workers[0].deployments.list(9) if one.file_name == "lib.py"] == [SUPERSEDED, ACTIVE]
        )
    )
    assert workers[2].deployer.deploy("late.py", version(4), by=ANN).state is ACTIVE


@pytest.mark.parametrize("how", ["fails", "hangs"])
def test_a_cluster_is_not_rolled_back_where_one_worker_cannot_load_the_code(
    how: str, workers: list[DeploymentWorker], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = deploy_pair(workers[0], 1)
    deploy_pair(workers[0], 2)
    workers[0].publisher.create("security-tls", "partner", {"subject": "CN=partner"}, by=ANN)
    revision = workers[0].log.revision()
    release = threading.Event()

    def load_all(_: Staging) -> None:
        if how == "fails":
            raise DeploymentRefused(_refusal_of(b"1 / 0\n"))
        release.wait(30)

    monkeypatch.setattr(decision, "REPORT_TIME", REPORT_TIME / 10)
    workers[2].load_all = load_all
    with pytest.raises(InvalidInput, match=rf"rolled back to revision {before}\. .*worker-3") as refused:
        workers[0].cluster_rollback.rollback(before, by=BOB)
    release.set()
    assert refused.value.code == "deployment-rejected"
    assert workers[0].log.revision() == revision
    assert served(workers, "user.get") == ["2 2"] * 3
    workers[2].load_all = workers[2].staged.load_all
    workers[0].cluster_rollback.rollback(before, by=BOB)
    assert served(workers, "user.get") == ["1 1"] * 3


def test_a_cluster_is_not_rolled_back_to_code_that_does_not_pass_its_check_any_more(
    workers: list[DeploymentWorker], tmp_path: Path
) -> None:
    flag = tmp_path / "flag"
    flag.touch()
    needing = f"import os, sys\nos.path.exists({str(flag)!r}) or sys.exit()"
    workers[0].deployer.deploy("shop.py", version(1, needing), by=ANN)
    before = workers[0].log.revision()
    workers[0].deployer.deploy("shop.py", version(2), by=ANN)
    revision = workers[0].log.revision()
    flag.unlink()
    loaded: list[Staging] = []
    for worker in workers:
        worker.load_all = loaded.append
    with pytest.raises(InvalidInput, match=r"shop\.py:3: .*exit"):
        workers[0].cluster_rollback.rollback(before, by=BOB)
    assert loaded == [], "what ends its process reached a worker"
    assert workers[0].log.revision() == revision
    assert served(workers) == [2, 2, 2]


def test_a_deployment_that_comes_during_a_roll_back_waits_and_stays(workers: list[DeploymentWorker]) -> None:
    before = deploy_pair(workers[0], 1)
    deploy_pair(workers[0], 2)
    held = threading.Event()

    def slow(staging: Staging) -> None:
        held.wait(5)
        workers[2].staged.load_all(staging)

    workers[2].load_all = slow
    rolling = threading.Thread(target=workers[0].cluster_rollback.rollback, args=(before,), kwargs={"by": BOB})
    rolling.start()
    until(lambda: workers[0].stagings.current(workers[0].clock.now()) is not None)
    deploying = threading.Thread(target=workers[1].deployer.deploy, args=("new.py", version(5)), kwargs={"by": ANN})
    deploying.start()
    time.sleep(0.5)
    assert all("new.get" not in worker.codes.services for worker in workers)
    with pytest.raises(Conflict, match="Another roll-back"):
        workers[1].cluster_rollback.rollback(before, by=BOB)
    held.set()
    rolling.join()
    deploying.join()
    assert served(workers, "user.get") == ["1 1"] * 3
    assert served(workers, "new.get") == [5] * 3


def test_a_revision_whose_code_was_not_loaded_is_never_reported_as_applied(
    workers: list[DeploymentWorker], tmp_path: Path
) -> None:
    flag = tmp_path / "flag"
    flag.touch()
    needing = f"import os\nassert os.path.exists({str(flag)!r})"
    first = workers[0].deployer.deploy("shop.py", version(1, needing), by=ANN)
    workers[0].deployer.deploy("shop.py", version(2), by=ANN)
    flag.unlink()
    assert first.revision is not None
    workers[0].publisher.rollback_item("deployment", "shop.py", first.revision, by=BOB)
    time.sleep(1.5)
    assert all(row.applied_revision < workers[0].log.revision() for row in workers[0].members.workers())
    assert served(workers) == [2, 2, 2]
    # What replaces it reaches them all the same.
    assert workers[1].deployer.deploy("shop.py", version(3), by=ANN).state is ACTIVE
    assert served(workers) == [3, 3, 3]


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


def test_a_withdrawn_file_is_gone_everywhere_and_can_come_back(workers: list[DeploymentWorker]) -> None:
    first = workers[0].deployer.deploy("shop.py", version(1), by=ANN)
    revision = workers[1].deployer.undeploy("shop.py", by=BOB)
    assert revision == workers[0].log.revision()
    assert all("shop.get" not in worker.codes.services for worker in workers)
    until(lambda: workers[0].deployments.get(first.id).state is SUPERSEDED)
    with pytest.raises(NotFound):
        workers[1].deployer.undeploy("shop.py", by=BOB)
    workers[2].deployer.activate(first.id, by=BOB)
    assert served(workers) == [1, 1, 1]


def test_a_file_that_others_need_cannot_be_withdrawn(workers: list[DeploymentWorker]) -> None:
    for file_name, source in WORKING.items():
        workers[0].deployer.deploy(file_name, source, by=ANN)
    with pytest.raises(DeploymentRefused, match=r"census.py needs nations.py"):
        workers[0].deployer.undeploy("nations.py", by=ANN)
    assert all("nations.get-nation" in worker.codes.services for worker in workers)


def test_a_check_whose_worker_died_does_not_stay_in_state_checking(
    workers: list[DeploymentWorker], monkeypatch: pytest.MonkeyPatch
) -> None:
    left = workers[0].deployments.add(
        file_name="shop.py",
        module="shop",
        form="py",
        sha256="0" * 64,
        source=b"x",
        author="ann",
        cid="c",
        at=workers[0].clock.now(),
    )
    monkeypatch.setattr(states, "_CHECK_TIME", timedelta(seconds=0.3))
    until(lambda: workers[0].deployments.get(left.id).state is REJECTED)


def test_an_outage_in_the_middle_only_delays(start: Callable[..., DeploymentWorker]) -> None:
    worker = start()
    failures = [Unavailable("The ODB is away.", code="odb-unavailable")] * 3

    def load(deployment: Deployment) -> None:
        if failures:
            raise failures.pop()
        worker.staged.load(deployment)

    worker.load = load
    assert worker.deployer.deploy("shop.py", version(1), by=ANN).state is ACTIVE
    assert not failures


def deploy_pair(worker: DeploymentWorker, number: int) -> int:
    """Two files, one of which imports the other: `user.get` answers with the versions of both. Returns the revision."""
    worker.deployer.deploy("lib.py", version(number, f"V = {number}"), by=ANN)
    user = version(0, "from lib import V").replace(b"return 0", f"return f'{number} {{V}}'".encode())
    worker.deployer.deploy("user.py", user, by=ANN)
    return worker.log.revision()


def _staged(worker: DeploymentWorker, file_name: str, source: bytes) -> Deployment:
    """A deployment whose check is over and whose requester is gone."""
    deployment = worker.deployments.add(
        file_name=file_name,
        module=file_name.removesuffix(".py"),
        form="py",
        sha256=parse(file_name, source, 0).sha256,
        source=source,
        author="ann",
        cid="c",
        at=worker.clock.now(),
    )
    worker.deployments.set_state(
        deployment.id, {DeploymentState.CHECKING}, DeploymentState.STAGED, services=("shop.get",)
    )
    return deployment


def _refusal_of(source: bytes) -> Any:
    with pytest.raises(DeploymentRefused) as refused:
        CodeSet().with_deployment("shop.py", source, 1)
    return refused.value.refusal
