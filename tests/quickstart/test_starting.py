"""A fork of the supervisor is like a program that was executed, but for what it shares with the supervisor."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from zato.host.process_title import show_command

_SUPERVISOR = """
import json, os, signal, ssl, sys, time
from pathlib import Path
from zato.quickstart.starting import Command, fork

tried = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
signal.signal(signal.SIGTERM, lambda *_: None)
signal.signal(signal.SIGCHLD, lambda *_: None)
signal.signal(signal.SIGINT, lambda *_: None)
def tell():
    print(json.dumps({
        "argv": sys.argv,
        "shown": Path("/proc/self/cmdline").read_bytes().rstrip(b"\\0").decode().split("\\0"),
        "session": os.getsid(0) == os.getpid(),
        "input": sys.stdin.read(),
        "variable": os.environ["OURS"],
        "handlers": [signal.getsignal(each) is signal.SIG_DFL for each in (signal.SIGTERM, signal.SIGCHLD)],
        "interrupted": signal.getsignal(signal.SIGINT) is signal.default_int_handler,
        "blocked": len(signal.pthread_sigmask(signal.SIG_BLOCK, ())),
        "random": ssl.RAND_bytes(16).hex(),
    }))
    return 7

def run(main):
    command = Command("one", (sys.executable, "-P", "-m", "zato.one", "--root", "x"), main=main)
    forked = fork(command, {"OURS": "yes"})
    if forked is None:
        sys.exit(main())
    output = forked.stdout.read().decode()
    return {"code": forked.wait(), "again": forked.poll(), "output": output}
"""


def supervised(program: str) -> Any:
    """What a process of its own prints: pytest's has threads, which no fork may have."""
    command = [sys.executable, "-c", _SUPERVISOR + program, "room for a title that is longer than this one here is"]
    done = subprocess.run(command, input=b"typed", capture_output=True, timeout=60, check=True)
    assert done.stderr == b""
    return json.loads(done.stdout)


def test_a_fork_has_everything_that_an_executed_program_would_have() -> None:
    first, second = supervised("print(json.dumps([run(tell), run(tell)]))")
    found, other = json.loads(first["output"]), json.loads(second["output"])
    assert found["random"] != other.pop("random")
    del found["random"]
    assert found == other
    assert found == {
        "argv": ["zato.one", "--root", "x"],
        "shown": [sys.executable, "-P", "-m", "zato.one", "--root", "x"],
        "session": True,
        "input": "",
        "variable": "yes",
        "handlers": [True, True],
        "interrupted": True,
        "blocked": 0,
    }
    assert (first["code"], first["again"]) == (7, 7)


def test_what_a_fork_dies_of_is_told_as_of_a_program() -> None:
    found = supervised("print(json.dumps(run(lambda: os.kill(os.getpid(), signal.SIGTERM) or time.sleep(60))))")
    assert found["code"] == -15
    raised = supervised("print(json.dumps(run(lambda: 1 / 0)))")
    assert raised["code"] == 1
    assert raised["output"].endswith("ZeroDivisionError: division by zero\n")


def test_a_fork_that_cannot_become_what_it_is_to_be_ends_and_is_no_second_supervisor() -> None:
    program = """
import resource
import zato.quickstart.starting as starting
# As many files as it may have are open, once the fork has its pipe: it can open nothing
def full(output):
    soft = os.dup(output)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    redirect(output)
redirect, starting._redirect = starting._redirect, full
found = run(lambda: 7)
print(json.dumps(found))
"""
    found = supervised(program)
    assert found["code"] == 1
    assert found["output"].startswith("It cannot be started: OSError(24, ")


def test_a_fork_ends_with_the_process_that_made_it() -> None:
    program = """
read, write = os.pipe()
os.set_inheritable(write, True)
if os.fork() == 0:
    os.close(read)
    forked = fork(Command("one", (sys.executable, "-m", "x")), {})
    if forked is None:
        os.write(write, b"1")
        time.sleep(60)
    os.read(forked.stdout.fileno(), 0)
    time.sleep(0.2)
    os.kill(os.getpid(), signal.SIGKILL)
os.close(write)
ended = []
while data := os.read(read, 1):
    ended.append(data.decode())
print(json.dumps(ended))
"""
    assert supervised(program) == ["1"]  # and the end of the pipe, which the fork would have held open for a minute


@pytest.mark.parametrize("length", [0, 10, 60, 500])
def test_a_title_is_cut_to_the_room_that_there_is(length: int) -> None:
    program = (
        "import sys; from pathlib import Path; from zato.host.process_title import show_command; "
        f"show_command(['one', 'x' * {length}]); print(Path('/proc/self/cmdline').read_bytes().hex())"
    )
    environment = {**os.environ, "SECRET": "not-shown"}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    shown = bytes.fromhex(done.stdout.strip())
    assert shown.rstrip(b"\0") == b"one\0" + b"x" * min(length, len(shown) - 5) if length else b"one"
    assert len(shown) == len(b"\0".join([sys.executable.encode(), b"-c", program.encode(), b""]))


def test_a_title_shows_nothing_else_of_this_process() -> None:
    before = Path("/proc/self/cmdline").read_bytes()
    words = [word.decode("utf-8", "surrogateescape") for word in before.split(b"\0")[:-1]]
    show_command(words)
    assert Path("/proc/self/cmdline").read_bytes() == before


def test_a_fork_that_has_ended_is_forked_again_and_has_nothing_of_the_supervisors_open(tmp_path: Path) -> None:
    program = f"""
from zato.logbook.ring import RingWriter
from zato.quickstart.output import Output
from zato.quickstart.supervisor import Supervisor

directory = Path({str(tmp_path)!r})
lock = os.open(directory / "lock", os.O_CREAT | os.O_RDWR)

def crash():
    opened = [os.readlink(each) for each in Path("/proc/self/fd").iterdir() if each.is_symlink() and each.exists()]
    with (directory / "runs").open("a") as file:
        print(json.dumps(opened), file=file)
    return 3

def supervise():
    mains = {{"crash": crash, "sleep": lambda: time.sleep(60)}}
    commands = [Command(name, ("x", "-m", "x"), main=main) for name, main in mains.items()]
    supervisor = Supervisor(commands, directory / "pids", Output(["crash", "sleep"], "text", RingWriter(directory)))
    signal.signal(signal.SIGCHLD, supervisor.look)
    signal.signal(signal.SIGALRM, supervisor.stop)
    signal.setitimer(signal.ITIMER_REAL, 1.0)
    return supervisor.run()

null = os.dup(1)
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
forked = supervise()
if forked is not None:
    os.closerange(3, 1000)
    sys.exit(forked.main())
os.dup2(null, 1)
runs = [json.loads(line) for line in (directory / "runs").read_text().splitlines()]
print(json.dumps([len(runs), str(directory / "lock") in sum(runs, []), (directory / "pids").exists()]))
"""
    runs, has_lock, has_pids = supervised(program)
    assert runs >= 2
    assert (has_lock, has_pids) == (False, False)
