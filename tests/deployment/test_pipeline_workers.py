"""Deployments where a worker is late, hangs, dies, sleeps, or starts meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from support.deployed_versions import ACTIVE, ANN, REJECTED, refusal_of, served, staged, version
from support.deployment_workers import DeploymentWorker
from support.waiting import PATIENCE_SECONDS, until
from zato.core.errors import Unavailable
from zato.deployment import decision, states
from zato.deployment.decision import REPORT_TIME
from zato.deployment.loader import DeploymentRefused
from zato.deployment.states import States
from zato.odb.deployments import Deployment


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
    deploying.join(PATIENCE_SECONDS)


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
    deploying.join(PATIENCE_SECONDS)


def test_a_worker_that_cannot_load_it_rejects_it_everywhere(start: Callable[..., DeploymentWorker]) -> None:
    good = start()
    good.deployer.deploy("shop.py", version(1), by=ANN)

    def fails(deployment: Deployment) -> None:
        raise DeploymentRefused(refusal_of(b"1 / 0\n"))

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
    deployment = staged(workers[0], "shop.py", version(1))
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


def test_a_worker_that_slept_through_everything_does_not_bring_an_old_version_back(
    workers: list[DeploymentWorker],
) -> None:
    remembered = staged(workers[0], "shop.py", version(1))
    until(lambda: workers[0].deployments.get(remembered.id).state is ACTIVE)
    reports = workers[0].deployments.reports(remembered.id)
    workers[0].deployer.deploy("shop.py", version(2), by=ANN)
    slept = States(workers[0].deployments, workers[0].activation, workers[0].clock)
    slept.move_on(remembered, workers[0].activation.active("shop.py"), reports, timedelta())
    assert len(workers[0].log.history("deployment", "shop.py")) == 2


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
