"""What a developer does with a running cluster: begin, deploy several files, watch a folder, look, invoke."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.cluster import RunningCluster
from support.waiting import PATIENCE_SECONDS, until

LEFT = """
import devright
from zato.server.service import Service

class Left(Service):
    '''Knows the other side.'''
    name = "dev.left"

    def handle_GET(self):
        self.response.payload = {"right": devright.SIDE, "query": dict(self.request.http.GET)}

    def handle_POST(self):
        self.response.payload = {"got": self.request.payload, "app": self.request.http.headers.get("x-app")}
"""
RIGHT = "import devleft\nSIDE = 'right'\n"


def run(cluster: RunningCluster, *arguments: str, **more: Any) -> str:
    done = cluster.zato(*arguments, check=False, **more)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def deployed(cluster: RunningCluster, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("dev")
    (directory / "devleft.py").write_text(LEFT)
    (directory / "devright.py").write_text(RIGHT)
    said = run(cluster, "service", "deploy", str(directory / "devleft.py"), str(directory / "devright.py"))
    assert "devleft.py is active as deployment" in said
    assert "devright.py is active as deployment" in said
    return directory


def test_one_broken_file_keeps_the_others_of_its_deployment_out(cluster: RunningCluster, deployed: Path) -> None:
    (deployed / "devbroken.py").write_text("x = (\n")
    (deployed / "devfine.py").write_text("x = 1\n")
    files = (str(deployed / "devfine.py"), str(deployed / "devbroken.py"))
    refused = cluster.zato("service", "deploy", *files, "--json", check=False)
    (finding,) = json.loads(refused.stderr)["error"]["findings"]
    assert (refused.returncode, finding["file"], finding["line"], finding["code"]) == (
        1,
        "devbroken.py",
        1,
        "syntax-error",
    )
    assert "devfine" not in run(cluster, "config", "list", "deployment")


def test_a_service_is_invoked_as_by_a_request_and_with_a_payload_from_elsewhere(
    cluster: RunningCluster, deployed: Path
) -> None:
    found = json.loads(run(cluster, "service", "invoke", "dev.left", "--method", "get", "--query", "a=1"))
    assert found == {"right": "right", "query": {"a": "1"}}
    (deployed / "payload.json").write_text('{"a": 5}')
    for given in (["--file", str(deployed / "payload.json")], [f"@{deployed / 'payload.json'}"]):
        said = run(cluster, "service", "invoke", "dev.left", *given, "--method", "POST", "--header", "X-App=shop")
        assert json.loads(said) == {"got": {"a": 5}, "app": "shop"}
    said = run(cluster, "service", "invoke", "dev.left", "-", "--method", "POST", input='{"a": 6}')
    assert json.loads(said)["got"] == {"a": 6}


def test_a_service_is_shown_and_so_is_its_source(cluster: RunningCluster, deployed: Path) -> None:
    shown = run(cluster, "service", "show", "dev.left")
    assert "dev.left: Left in devleft.py, line 5" in shown
    assert "Methods of its own: GET, POST" in shown
    assert "Knows the other side." in shown
    assert run(cluster, "service", "source", "dev.left") == LEFT
    assert run(cluster, "service", "source", "devright.py") == RIGHT


def test_the_shell_completes_kinds_items_services_and_files(cluster: RunningCluster, deployed: Path) -> None:
    def completed(words: str) -> list[str]:
        environment = {
            **os.environ,
            "_ZATO_COMPLETE": "bash_complete",
            "COMP_WORDS": words,
            "COMP_CWORD": str(len(words.split(" ")) - 1),
            "ZATO_HOME": str(cluster.layout.root),
        }
        program = "from zato.cli.main import main; main()"
        done = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False
        )
        return [line.partition(",")[2] for line in done.stdout.splitlines()]

    assert completed("zato config get chan") == ["channel-rest", "channel-http"]
    assert completed("zato config get deployment devl") == ["devleft.py"]
    assert completed("zato service show dev.l") == ["dev.left"]
    assert completed("zato service source devr") == ["devright.py"]


@pytest.fixture
def interruptible() -> Iterator[None]:
    """What is started takes SIGINT, also where these tests run in the background of a shell, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_a_folder_is_deployed_each_time_that_something_in_it_is_saved(cluster: RunningCluster, tmp_path: Path) -> None:
    (tmp_path / "watched").mkdir()
    service = "from zato.server.service import Service\nclass It(Service):\n    name = 'dev.it'\n"
    file = tmp_path / "watched" / "devit.py"
    file.write_text(service + "    def handle(self):\n        self.response.payload = {'v': 1}\n")
    command = [sys.executable, "-m", "zato.cli.main", "dev", str(tmp_path / "watched"), "--home"]
    output = tmp_path / "said"
    with output.open("w") as said:
        watching = subprocess.Popen([*command, str(cluster.layout.root)], stdout=said, stderr=subprocess.STDOUT)
    try:
        until(lambda: "devit.py is active as deployment" in output.read_text(), seconds=20)
        assert "on 2 of 2 workers after" in output.read_text()
        file.write_text("x = (\n")
        until(lambda: "devit.py:1: Python cannot read it" in output.read_text(), seconds=20)
        file.write_text(service + "    def handle(self):\n        self.response.payload = {'v': 2}\n")
        until(lambda: output.read_text().count("is active as deployment") == 2, seconds=20)
        assert json.loads(run(cluster, "service", "invoke", "dev.it")) == {"v": 2}
        watching.send_signal(signal.SIGINT)
        assert watching.wait(PATIENCE_SECONDS) == 0
        assert "Not watching any more" in output.read_text()
        assert "Traceback" not in output.read_text()
    finally:
        watching.kill()
        watching.wait()
