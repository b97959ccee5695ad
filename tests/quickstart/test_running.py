"""What a person meets who runs a cluster in the foreground."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from support.cluster import RunningCluster
from support.waiting import eventually
from zato.config.secrets import create_key
from zato.host.settings import load_cluster
from zato.quickstart.processes import commands


@pytest.fixture(scope="module")
def created() -> Iterator[RunningCluster]:
    """One that has run, and does or does not."""
    with TemporaryDirectory(prefix="zato-") as directory:
        made = RunningCluster(Path(directory) / "z", "--workers", "2")
        made.start()
        yield made
        made.stop()


@pytest.fixture
def shared(created: RunningCluster) -> RunningCluster:
    """One that does not run, whatever the test before has left."""
    created.stop()
    return created


@pytest.fixture
def cluster(created: RunningCluster) -> RunningCluster:
    """One that runs. It is not ended for the next test that wants a running one."""
    if created.process is None or created.process.poll() is not None or not created.answers():
        created.stop()
        created.start()
    return created


def supervisor(cluster: RunningCluster) -> int:
    assert cluster.process is not None
    return cluster.process.pid


def processes_of(root: Path) -> list[str]:
    """Command lines of all processes that have to do with the directory, this test's own excepted."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            if str(root) in words and state != "Z":
                found.append(words)
    return found


def open_in(process: Path) -> list[Path]:
    """What it has open beside its standard streams; some of it may be closed meanwhile."""
    found = []
    for path in (process / "fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            if int(path.name) > 2:
                found.append(path.readlink())
    return found


def test_ps_tells_what_each_process_is_and_none_has_anything_of_the_supervisors_open(cluster: RunningCluster) -> None:
    layout, parent = cluster.layout, supervisor(cluster)
    assert len(list(Path(f"/proc/{parent}/task").iterdir())) == 1  # with more, no fork is safe
    wanted = {each.name: each for each in commands(layout, load_cluster(layout), (), console=False)}
    # The one that greets ends by itself
    assert eventually(lambda: cluster.pids().keys() == wanted.keys() - {"greeting"})
    own = {
        path for path in open_in(Path(f"/proc/{parent}")) if not path.name.startswith("anon_inode:")
    }  # such names are no one's own
    assert layout.lock in own
    for name, pid in cluster.pids().items():
        process = Path(f"/proc/{pid}")
        shown = (process / "cmdline").read_bytes().rstrip(b"\0").decode().split("\0")
        assert tuple(shown) == wanted[name].arguments
        assert os.getsid(pid) == pid
        assert f"\nPPid:\t{parent}\n" in (process / "status").read_text()
        assert [target for target in open_in(process) if target in own] == []
        assert Path(process / "fd" / "0").readlink() == Path("/dev/null")


def test_a_second_start_is_one_sentence(cluster: RunningCluster) -> None:
    done = cluster.zato("quickstart", "start", str(cluster.layout.root), check=False)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith(
        f"zato: The cluster in {cluster.layout.root} is running already, under process {supervisor(cluster)}"
    )
    assert done.stderr.count("\n") == 1


def test_a_second_start_changes_nothing_before_it_finds_that_the_first_one_runs(cluster: RunningCluster) -> None:
    key = cluster.layout.pki / "admin.key"
    kept = key.rename(key.with_suffix(".kept"))
    try:
        done = cluster.zato("quickstart", "start", str(cluster.layout.root), "--create", check=False)
        assert not key.exists()  # else it was made again, and the ODB migrated
    finally:
        kept.rename(key)
    assert (done.returncode, done.stdout) == (1, "")
    assert "is running already, under process" in done.stderr


def test_ctrl_c_ends_everything_and_the_next_start_answers_in_the_same_state(cluster: RunningCluster) -> None:
    before = cluster.api().status()["odb"]["revision"]
    assert cluster.stop() == 0
    assert processes_of(cluster.layout.root) == []
    cluster.start()
    assert cluster.api().status()["odb"]["revision"] == before


def test_secrets_that_do_not_open_stop_neither_the_start_nor_a_change_and_are_named(cluster: RunningCluster) -> None:
    value = {"address": "https://crm.example.com", "security": "bearer", "secret": "a-token-of-the-CRM"}
    cluster.api().create_item("outgoing-rest", "CRM", value)
    cluster.stop()
    key = cluster.layout.secret_key
    saved = key.rename(key.with_suffix(".saved"))
    create_key(key)
    try:
        cluster.start()
        revision = cluster.api().create_item("outgoing-rest", "ERP", {"address": "https://erp"})["revision"]
        assert eventually(lambda: cluster.api().status()["applied_revision"] == revision)
        problems = cluster.api().status()["problems"]
        assert [problem.partition(":")[0] for problem in problems] == ["The outgoing-rest 'CRM' cannot be used"]
    finally:
        cluster.stop()
        saved.replace(key)
    cluster.start()
    assert cluster.api().status()["problems"] == []


@pytest.mark.parametrize(
    "name",
    [
        *("server-1", "lighttpd-1", "haproxy", "hotdeploy-1", "listener-1", "lighttpd-agent-1"),
        *("haproxy-agent", "singleton"),
    ],
)
def test_a_killed_process_is_started_again(cluster: RunningCluster, name: str) -> None:
    assert eventually(lambda: name in cluster.pids())
    old = cluster.pids()[name]
    os.kill(old, signal.SIGKILL)
    assert eventually(lambda: cluster.pids().get(name, old) != old)
    assert eventually(cluster.answers)


def test_after_everything_was_killed_it_starts_again_without_a_word_about_it(cluster: RunningCluster) -> None:
    cluster.kill(everything=True)
    cluster.start()
    said = cluster.said().lower()
    assert "stale" not in said
    assert "in use" not in said
    assert "is taken by" not in said


def test_nothing_outlives_a_killed_supervisor(cluster: RunningCluster) -> None:
    cluster.kill(everything=False)
    assert eventually(lambda: processes_of(cluster.layout.root) == [])


def test_a_start_right_after_the_supervisor_was_killed_waits_for_what_is_ending(cluster: RunningCluster) -> None:
    cluster.kill(everything=False)
    cluster.start()
    assert cluster.answers()


def test_status_and_stop_find_the_supervisor_by_its_lock(cluster: RunningCluster) -> None:
    shown = cluster.zato("quickstart", "status", str(cluster.layout.root), "--json", check=False)
    assert shown.returncode == 0
    assert f'"supervisor": {supervisor(cluster)}' in shown.stdout
    assert cluster.zato("quickstart", "stop", str(cluster.layout.root), check=False).returncode == 0
    assert cluster.zato("quickstart", "status", str(cluster.layout.root), check=False).returncode == 3
    assert cluster.zato("quickstart", "stop", str(cluster.layout.root), check=False).returncode == 0


@pytest.mark.parametrize("command", [("start",), ("start", "--create"), ("create",)])
def test_a_key_that_is_missing_is_one_sentence_and_not_replaced(
    shared: RunningCluster, command: tuple[str, ...]
) -> None:
    key = shared.layout.secret_key
    saved = key.rename(key.with_suffix(".saved"))
    try:
        done = shared.zato("quickstart", *command, str(shared.layout.root), check=False)
        assert not key.exists()
    finally:
        saved.rename(key)
    assert done.returncode == 1
    assert f"zato: The key file {key} is missing; restore it from a backup" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_server_without_a_key_refuses_to_start(shared: RunningCluster) -> None:
    key = shared.layout.secret_key
    saved = key.rename(key.with_suffix(".saved"))
    try:
        program = [sys.executable, "-m", "zato.server", "--root", str(shared.layout.root), "--server", "1"]
        done = subprocess.run(program, capture_output=True, text=True, timeout=30, check=False)
    finally:
        saved.rename(key)
    assert done.returncode == 1
    assert done.stderr.startswith(f"The key file {key} is missing; restore it from a backup")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("setting", ["lb_port", "haproxy_agent_port", "lighttpd_port"])
def test_a_taken_port_is_named_with_who_has_it_and_what_to_change(shared: RunningCluster, setting: str) -> None:
    port = getattr(load_cluster(shared.layout), setting)
    with socket.socket() as taker:
        taker.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taker.bind(("127.0.0.1", port))
        taker.listen()
        done = shared.zato("quickstart", "start", str(shared.layout.root), check=False)
    assert done.returncode == 1
    assert f"Port {port} on 127.0.0.1 is taken by process {os.getpid()}" in done.stderr
    assert f"set {setting} in {shared.layout.settings}" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_start_with_json_writes_nothing_but_objects(shared: RunningCluster) -> None:
    root = str(shared.layout.root)
    command = [sys.executable, "-m", "zato.cli.main", "quickstart", "start", root, "--create", "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    try:
        assert eventually(shared.answers)
    finally:
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=30)
    assert errors == b""
    lines = [json.loads(line) for line in output.splitlines()]
    assert any(line["event"] == "Everything has ended" for line in lines)


def test_a_broken_setting_is_named(shared: RunningCluster) -> None:
    good = shared.layout.settings.read_text()
    try:
        shared.layout.settings.write_text(good + 'colour = "red"\n')
        done = shared.zato("quickstart", "start", str(shared.layout.root), check=False)
    finally:
        shared.layout.settings.write_text(good)
    assert done.returncode == 1
    assert "colour" in done.stderr
    assert str(shared.layout.settings) in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_missing_program_is_named_with_its_package(shared: RunningCluster, tmp_path: Path) -> None:
    (tmp_path / "git").symlink_to("/usr/bin/git")
    code = (
        "from zato.host import programs; programs.PLACES = ''; "
        "import sys; sys.argv = ['zato', 'quickstart', 'start', sys.argv[1]]; "
        "from zato.cli.main import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(shared.layout.root)],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == "zato: haproxy is not installed; run: apt-get install haproxy\n"
