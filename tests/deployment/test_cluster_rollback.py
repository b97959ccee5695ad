"""The whole cluster is rolled back, and its code with it."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from support.deployed_versions import ACTIVE, ANN, BOB, SUPERSEDED, deploy_pair, refusal_of, served, version
from support.deployment_workers import DeploymentWorker
from support.waiting import until
from zato.core.errors import Conflict, InvalidInput
from zato.deployment import decision
from zato.deployment.decision import REPORT_TIME
from zato.deployment.loader import DeploymentRefused
from zato.odb.stagings import Staging


def test_a_rolled_back_cluster_switches_files_that_need_one_another_at_one_moment(
    workers: list[DeploymentWorker],
) -> None:
    before = deploy_pair(workers[0], 1)
    deploy_pair(workers[0], 2)
    workers[0].deployer.deploy("late.py", version(3), by=ANN)
    stop = threading.Event()
    seen: list[list[tuple[float, str, float]]] = [[] for _ in workers]

    def request(index: int) -> None:
        while not stop.is_set():
            started = time.time()
            seen[index].append((started, workers[index].serve("user.get"), time.time()))
            time.sleep(0.0005)

    threads = [threading.Thread(target=request, args=(index,)) for index in range(len(workers))]
    for thread in threads:
        thread.start()
    until(lambda: all(seen))
    preview = workers[1].cluster_rollback.preview(before, by=BOB)
    summary = workers[1].cluster_rollback.rollback(before, by=BOB)
    assert {(each.kind, each.name) for each in preview.changes} == {
        *summary.created,
        *summary.updated,
        *summary.deleted,
    }
    returned = time.time()
    until(lambda: all(requests[-1][0] > returned for requests in seen))
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
        answers = [answer for _, answer, _ in requests]
        assert {*answers} == {"1 1", "2 2"}
        assert answers == sorted(answers, reverse=True), "the later version answered after the former one was back"
        assert all(answer == "1 1" for started, answer, _ in requests if started > returned)
        assert all(answer == "2 2" for _, answer, ended in requests if ended < moment)
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
            raise DeploymentRefused(refusal_of(b"1 / 0\n"))
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
