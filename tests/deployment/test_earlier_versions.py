"""Versions that were active before are activated again, and withdrawn files come back."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from support.broken_deployments import WORKING
from support.deployed_versions import ACTIVE, ANN, BOB, SUPERSEDED, refusal_of, served, version
from support.deployment_workers import DeploymentWorker
from support.waiting import until
from zato.core.errors import Conflict, NotFound
from zato.deployment.loader import DeploymentRefused
from zato.odb.deployments import Deployment


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


def replaced_one_that_fails_by_now(workers: list[DeploymentWorker], directory: Path) -> tuple[Deployment, Path]:
    """A version that another one has replaced, and the file without which it cannot be imported, which is gone."""
    flag = directory / "flag"
    flag.touch()
    needing = f"import os\nassert os.path.exists({str(flag)!r})"
    first = workers[0].deployer.deploy("shop.py", version(1, needing), by=ANN)
    workers[0].deployer.deploy("shop.py", version(2), by=ANN)
    flag.unlink()
    return first, flag


def test_an_earlier_version_that_does_not_work_any_more_is_refused_and_can_be_tried_again(
    workers: list[DeploymentWorker], tmp_path: Path
) -> None:
    first, flag = replaced_one_that_fails_by_now(workers, tmp_path)
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
        raise DeploymentRefused(refusal_of(b"1 / 0\n"))

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


def test_a_revision_whose_code_was_not_loaded_is_never_reported_as_applied(
    workers: list[DeploymentWorker], tmp_path: Path
) -> None:
    first, _ = replaced_one_that_fails_by_now(workers, tmp_path)
    assert first.revision is not None
    workers[0].publisher.rollback_item("deployment", "shop.py", first.revision, by=BOB)
    time.sleep(1.5)
    assert all(row.applied_revision < workers[0].log.revision() for row in workers[0].members.workers())
    assert served(workers) == [2, 2, 2]
    # What replaces it reaches them all the same.
    assert workers[1].deployer.deploy("shop.py", version(3), by=ANN).state is ACTIVE
    assert served(workers) == [3, 3, 3]


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
