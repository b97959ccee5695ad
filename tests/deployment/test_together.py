"""Several files in one deployment: all of them at one moment, or none."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from support.databases import initialised, new_sqlite
from support.deployment_workers import DeploymentWorker
from support.threads import no_more_threads
from support.waiting import until
from zato.config.writer import Author
from zato.core.errors import Conflict, NotFound, Unavailable
from zato.deployment import deployer as deployer_module
from zato.deployment.check import Checker
from zato.deployment.loader import DeploymentRefused
from zato.odb.deployments import DeploymentState
from zato.odb.stagings import Staging

ANN = Author("ann", "c" * 32)
ACTIVE, REJECTED, SUPERSEDED = DeploymentState.ACTIVE, DeploymentState.REJECTED, DeploymentState.SUPERSEDED


@pytest.fixture
def workers(tmp_path: Path, checker: Checker) -> Iterator[list[DeploymentWorker]]:
    address = initialised(new_sqlite(tmp_path))
    started = [DeploymentWorker(f"worker-{number}", address.url, tmp_path, checker) for number in (1, 2)]
    for worker in started:
        worker.start()
    yield started
    for worker in started:
        worker.stop()


def service(value: str, head: str = "") -> bytes:
    return (
        f"from zato.server.service import Service\n{head}\nclass Get(Service):\n"
        f"    def handle(self):\n        return {value}\n"
    ).encode()


def pair(number: int) -> dict[str, bytes]:
    """Each needs the other: neither can be deployed alone."""
    return {
        "left.py": service(f"'{number}' + right.side", "import right") + b"side = 'left'\n",
        "right.py": service(f"'{number}' + left.side", "import left") + b"side = 'right'\n",
    }


def states(worker: DeploymentWorker) -> list[tuple[str, DeploymentState]]:
    return [(one.file_name, one.state) for one in worker.deployments.list(20)]


def test_files_that_need_one_another_become_active_at_one_moment(workers: list[DeploymentWorker]) -> None:
    found = workers[0].deployer.deploy_together(pair(1), by=ANN)
    assert [(one.file_name, one.state, one.services) for one in found] == [
        ("left.py", ACTIVE, ("left.get",)),
        ("right.py", ACTIVE, ("right.get",)),
    ]
    stop = threading.Event()
    seen: list[set[str]] = [set(), set()]

    def request(index: int) -> None:
        while not stop.is_set():
            # One look at what is active, as a request has
            services = workers[index].codes.services
            handles: list[Any] = [services[f"{side}.get"].implementation().handle for side in ("left", "right")]
            seen[index].add("".join(handle() for handle in handles))
            time.sleep(0.0005)

    threads = [threading.Thread(target=request, args=(index,)) for index in range(2)]
    for thread in threads:
        thread.start()
    until(lambda: all(seen))
    workers[1].deployer.deploy_together(pair(2), by=ANN)
    until(lambda: all("2right2left" in answers for answers in seen))
    stop.set()
    for thread in threads:
        thread.join()
    assert seen == [{"1right1left", "2right2left"}] * 2
    changes = [workers[0].log.history("deployment", name)[0] for name in pair(2)]
    assert abs(changes[0].revision - changes[1].revision) == 1
    assert {change.comment for change in changes} == {"Deployed left.py, right.py"}
    until(lambda: states(workers[0])[:2] == [("right.py", ACTIVE), ("left.py", ACTIVE)])
    until(lambda: states(workers[0])[2:] == [("right.py", SUPERSEDED), ("left.py", SUPERSEDED)])
    # Deployed alone again, each is what every other file is
    assert workers[0].deployer.deploy("left.py", pair(3)["left.py"], by=ANN).state is ACTIVE


def test_one_that_is_refused_keeps_all_of_them_out(workers: list[DeploymentWorker]) -> None:
    workers[0].deployer.deploy("left.py", service("1"), by=ANN)
    files = {"left.py": service("2"), "broken.py": b"x = 1\nclass Broken(:\n"}
    with pytest.raises(DeploymentRefused) as refused:
        workers[0].deployer.deploy_together(files, by=ANN)
    assert (refused.value.refusal.file, refused.value.refusal.line) == ("broken.py", 2)
    assert [worker.serve("left.get") for worker in workers] == [1, 1]
    left, broken = workers[0].deployments.list(1, "left.py")[0], workers[0].deployments.list(1, "broken.py")[0]
    assert (left.state, broken.state, broken.reason_line) == (REJECTED, REJECTED, 2)
    assert left.reason is not None
    assert left.reason.startswith("broken.py, which it was deployed with, is refused: Python cannot read it")


def test_one_worker_that_cannot_load_them_keeps_all_of_them_out(workers: list[DeploymentWorker]) -> None:
    def fails(_: Staging) -> None:
        raise Conflict("It is not to be.")

    workers[1].load_all = fails
    with pytest.raises(DeploymentRefused, match=r"worker-2.*It is not to be"):
        workers[0].deployer.deploy_together(pair(1), by=ANN)
    assert [state for _, state in states(workers[0])] == [REJECTED, REJECTED]
    assert workers[0].stagings.current(workers[0].clock.now()) is None
    workers[1].load_all = workers[1].staged.load_all
    assert [one.state for one in workers[0].deployer.deploy_together(pair(1), by=ANN)] == [ACTIVE, ACTIVE]


def test_a_service_can_move_from_one_file_to_another(workers: list[DeploymentWorker]) -> None:
    named = service("1").replace(b"    def", b"    name = 'moves'\n    def")
    workers[0].deployer.deploy("here.py", named, by=ANN)
    with pytest.raises(DeploymentRefused, match=r"belongs to here\.py"):
        workers[0].deployer.deploy("there.py", named, by=ANN)
    workers[0].deployer.deploy_together({"there.py": named, "here.py": b"x = 1\n"}, by=ANN)
    assert workers[1].codes.services["moves"].file_name == "there.py"


def test_what_is_active_already_stays_what_it_is(workers: list[DeploymentWorker]) -> None:
    first = workers[0].deployer.deploy("left.py", service("1"), by=ANN)
    found = workers[0].deployer.deploy_together({"left.py": service("1"), "other.py": service("2")}, by=ANN)
    assert found[0].id == first.id
    assert len(states(workers[0])) == 2
    revision = workers[0].log.revision()
    again = workers[0].deployer.deploy_together({"left.py": service("1"), "other.py": service("2")}, by=ANN)
    assert [one.id for one in again] == [one.id for one in found]
    assert workers[0].log.revision() == revision


def test_a_preview_keeps_nothing(workers: list[DeploymentWorker]) -> None:
    workers[0].deployer.deploy("left.py", service("1"), by=ANN)
    found = workers[0].deployer.preview_together(pair(1), by=ANN)
    assert [(one.name, one.action.value) for one in found.changes] == [("left.py", "update"), ("right.py", "create")]
    assert {field.field for field in found.changes[0].fields} == {"deployment_id", "sha256"}
    with pytest.raises(DeploymentRefused, match="No file that is deployed has the module 'right'"):
        workers[0].deployer.preview_together({"left.py": pair(1)["left.py"]}, by=ANN)
    with pytest.raises(DeploymentRefused, match="would hide an installed one"):
        workers[0].deployer.preview_together({"os.py": b"x = 1\n"}, by=ANN)
    assert workers[0].deployer.preview_together({"left.py": service("1")}, by=ANN).changes == ()
    assert states(workers[0]) == [("left.py", ACTIVE)]


def test_files_that_need_one_another_are_withdrawn_as_one_change(workers: list[DeploymentWorker]) -> None:
    deployer = workers[0].deployer
    deployer.deploy_together(pair(1), by=ANN)
    with pytest.raises(DeploymentRefused) as refused:
        deployer.undeploy("left.py", by=ANN)
    assert refused.value.refusal.reason == (
        "right.py needs left.py and does not work without it. "
        "To withdraw all as one change: zato service undeploy left.py right.py"
    )
    found = deployer.preview_undeploy("left.py", "right.py", by=ANN)
    assert [(one.name, one.action.value) for one in found.changes] == [("left.py", "delete"), ("right.py", "delete")]
    with pytest.raises(NotFound, match=r"lefd.py is not deployed; did you mean 'left.py'"):
        deployer.undeploy("right.py", "lefd.py", by=ANN)
    assert all(worker.codes.files.keys() == {"left.py", "right.py"} for worker in workers)
    deployer.undeploy("left.py", "right.py", by=ANN)
    assert all(not worker.codes.services for worker in workers)


def test_a_deployment_that_was_begun_goes_on_by_itself(workers: list[DeploymentWorker]) -> None:
    begun = workers[0].deployer.begin("left.py", service("1"), by=ANN)
    assert begun.state is DeploymentState.CHECKING
    until(lambda: workers[0].deployments.get(begun.id).state is ACTIVE)
    assert workers[0].deployer.begin("left.py", service("1"), by=ANN).id == begun.id
    refused = workers[0].deployer.begin("left.py", b"1 / 0\n", by=ANN)
    until(lambda: workers[0].deployments.get(refused.id).state is REJECTED)
    until(lambda: workers[0].noted == ["active", "rejected"])
    for _ in range(deployer_module._BEGUN_MAX):  # once those that ended have given their places back
        workers[0].deployer._begun.acquire()
    with pytest.raises(Unavailable, match="Many deployments have begun"):
        workers[0].deployer.begin("left.py", service("2"), by=ANN)
    assert workers[0].deployments.list(1)[0].state is REJECTED


def test_a_deployment_that_cannot_begin_takes_no_place(workers: list[DeploymentWorker]) -> None:
    deployer = workers[0].deployer
    with no_more_threads():
        for _ in range(deployer_module._BEGUN_MAX + 1):
            with pytest.raises(Unavailable, match="It cannot begin for now"):
                deployer.begin("left.py", service("1"), by=ANN)
    assert workers[0].deployments.list(1)[0].state is REJECTED
    begun = deployer.begin("left.py", service("1"), by=ANN)
    until(lambda: workers[0].deployments.get(begun.id).state is ACTIVE)


def test_a_worker_that_ends_in_the_middle_leaves_states_that_are_true(
    workers: list[DeploymentWorker], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the configuration says is active is active, whoever asked for it and has gone."""
    set_state: Callable[..., bool] = workers[0].deployer._group._deployments.set_state

    def gone(*arguments: object, **more: object) -> bool:
        return ACTIVE in arguments or set_state(*arguments, **more)

    monkeypatch.setattr(workers[0].deployer._group._deployments, "set_state", gone)
    monkeypatch.setattr(workers[0].stager._states._deployments, "set_state", gone)
    workers[0].deployer.deploy_together(pair(1), by=ANN)
    until(lambda: [state for _, state in states(workers[1])] == [ACTIVE, ACTIVE])
