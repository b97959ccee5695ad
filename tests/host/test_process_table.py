"""Processes as /proc shows them."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

from support.waiting import until
from zato.host.process_table import descendants, process, processes, threads_of_user


def test_this_process_is_known() -> None:
    own = process(os.getpid())
    assert own is not None
    assert (own.pid, own.parent, own.group, own.session) == (os.getpid(), os.getppid(), os.getpgrp(), os.getsid(0))
    assert 5_000_000 < own.resident_bytes < 10_000_000_000
    assert own.threads >= threading.active_count()
    assert not own.ended
    assert os.getpid() in {each.pid for each in processes()}


def test_what_is_not_there_is_none_and_what_nobody_has_looked_at_has_ended() -> None:
    assert process(2**22 + 1) is None
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        until(lambda: (found := process(child.pid)) is not None and found.ended)
        assert child.pid not in {each.pid for each in descendants(os.getpid())}
    assert process(child.pid) is None


def test_descendants_are_those_of_children_too_whatever_group_they_are_in() -> None:
    program = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'input()'], start_new_session=True)"
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE) as child:
        until(lambda: len(descendants(child.pid)) == 1)
        (grandchild,) = descendants(child.pid)
        assert (grandchild.parent, grandchild.group) == (child.pid, grandchild.pid)
        assert {child.pid, grandchild.pid} <= {each.pid for each in descendants(os.getpid())}
        assert child.stdin is not None
        child.stdin.close()


def test_a_command_name_cannot_be_taken_for_fields(tmp_path: Path) -> None:
    (tmp_path / "9").mkdir()
    (tmp_path / "self").mkdir()
    fields = ["S", "1", "9", "9", *["0"] * 7, "100", "0", "0", "0", *["0"] * 2, "3", *["0"] * 3, "2", *["0"] * 20]
    (tmp_path / "9" / "stat").write_text(f"9 (a) R 1 5 5 b)) {' '.join(fields)}\n")
    (found,) = processes(tmp_path)
    assert (found.parent, found.group, found.session, found.threads) == (1, 9, 9, 3)
    assert found.cpu_seconds == 100 / os.sysconf("SC_CLK_TCK")
    assert found.resident_bytes == 2 * os.sysconf("SC_PAGE_SIZE")


def test_threads_of_this_user_are_counted_and_not_only_processes() -> None:
    go_on = threading.Event()
    started = [threading.Thread(target=go_on.wait) for _ in range(50)]
    for thread in started:
        thread.start()
    try:
        assert threads_of_user() > 50
    finally:
        go_on.set()
        for thread in started:
            thread.join()
