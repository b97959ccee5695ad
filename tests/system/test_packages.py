"""Third-party packages for services on a running cluster."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.cluster import RunningCluster
from support.waiting import until
from support.wheels import make_wheel
from zato.core.errors import ZatoError

SOURCE = """
import zt_system_rates
from zato.core.errors import ZatoError
from zato.server.service import Service

class Rate(Service):
    name = "packages.rate"

    def handle(self):
        self.response.payload = {"rate": zt_system_rates.RATE}
"""


@pytest.fixture(scope="module")
def wheels(cluster: RunningCluster) -> Iterator[Path]:
    directory = cluster.layout.root.parent / "wheels"
    make_wheel(directory, "zt-system-rates", "1.0", "RATE = 1\n")
    make_wheel(directory, "zt-system-rates", "2.0", "RATE = 2\n")
    make_wheel(directory, "zt-system-greedy", "1.0", requires=("msgspec<0.10",))
    yield directory
    cluster.zato("service", "undeploy", "sysrates.py", check=False)
    cluster.zato("config", "delete", "packages", "packages", check=False)


def run(cluster: RunningCluster, *arguments: str) -> str:
    done = cluster.zato(*arguments, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def refused(cluster: RunningCluster, *arguments: str) -> str:
    done = cluster.zato(*arguments, check=False)
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stderr
    return done.stderr


def test_packages_from_their_declaration_to_their_removal(
    cluster: RunningCluster, wheels: Path, tmp_path: Path
) -> None:
    file = tmp_path / "sysrates.py"
    file.write_text(SOURCE)
    workers = cluster.worker_pids()
    # The module is named where it is missed, and no package: anybody could have published one of that name
    said = refused(cluster, "service", "deploy", str(file))
    assert "sysrates.py:2:" in said
    assert "No file that is deployed has the module 'zt_system_rates', nor has an installed package." in said
    assert "zato packages install NAME" in said
    # Refused as a whole, with pip's reason; nothing is declared then
    said = refused(cluster, "packages", "install", "zt-system-rates", "zt-system-greedy")
    assert "zt-system-greedy 1.0 depends on msgspec<0.10" in said
    assert "Nothing to show." in run(cluster, "packages", "list")
    # Picked up by running workers, while requests go on
    answers: list[int] = []
    ended = threading.Event()

    def ask() -> None:
        with cluster.pool() as pool:
            while not ended.is_set():
                answers.append(pool.request("GET", "/zato/ping").status)
                time.sleep(0.01)

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        assert "Installed: zt-system-rates==1.0" in run(cluster, "packages", "install", "zt-system-rates==1.0")
        run(cluster, "service", "deploy", str(file))
        assert json.loads(run(cluster, "service", "invoke", "packages.rate")) == {"rate": 1}
    finally:
        ended.set()
        asking.join()
    assert set(answers) == {200}
    assert cluster.worker_pids() == workers
    listed = run(cluster, "packages", "list")
    assert "zt-system-rates  1.0" in listed
    assert "server-1  yes" in listed
    # Kept while something needs them
    said = refused(cluster, "packages", "remove", "zt-system-rates")
    assert "what is deployed does not work with them" in said
    assert "sysrates.py:2:" in said
    # Other versions: those who have imported the first one go on with it, and say so
    run(cluster, "packages", "install", "zt-system-rates==2.0")
    until(lambda: "zt-system-rates 1.0, now 2.0" in " ".join(cluster.api().status()["problems"]), seconds=15)
    # They travel as configuration
    assert "zt-system-rates==2.0" in run(cluster, "config", "export")
    run(cluster, "service", "undeploy", "sysrates.py")
    said = run(cluster, "packages", "remove", "zt-system-rates")
    assert "Gone: zt-system-rates==2.0" in said
    assert "keeps it until its server is started again" in said
    until(lambda: "zt-system-rates" not in " ".join(cluster.api().status()["problems"]))
    assert "No such" not in refused(cluster, "service", "deploy", str(file))


def test_wheels_that_were_uploaded_are_installed_where_there_is_no_index(
    cluster: RunningCluster, wheels: Path, tmp_path: Path
) -> None:
    assert wheels.is_dir()
    wheel = make_wheel(tmp_path, "zt-system-sent", "1.0", "RATE = 3\n")
    said = refused(cluster, "packages", "install", "zt-system-sent")
    assert "zt-system-sent" in said
    said = run(cluster, "packages", "upload", str(wheel))
    assert f"Uploaded: {wheel.name} ({wheel.stat().st_size} bytes" in said
    assert wheel.name in run(cluster, "packages", "wheels")
    try:
        assert "Installed: zt-system-sent==1.0" in run(cluster, "packages", "install", "zt-system-sent")
        assert "server-1  yes" in run(cluster, "packages", "list")
        # Another file of that name, one that is none, and one that is none to begin with
        other = make_wheel(tmp_path / "other", "zt-system-sent", "1.0", "RATE = 4\n")
        assert "There is another zt_system_sent-1.0" in refused(cluster, "packages", "upload", str(other))
        with pytest.raises(ZatoError, match="did not arrive as it was sent") as caught:
            cluster.api().upload_wheel(wheel.name, wheel.read_bytes(), "0" * 64)
        assert caught.value.code == "wheel-refused"
        # What is installed stays without the wheel
        assert f"Gone: {wheel.name}" in run(cluster, "packages", "discard", wheel.name)
        assert "server-1  yes" in run(cluster, "packages", "list")
        actions = [entry["action"] for entry in cluster.api().audit(limit=20)["entries"]]
        assert {"upload-wheel", "discard-wheel"} <= set(actions)
    finally:
        run(cluster, "packages", "remove", "zt-system-sent")
