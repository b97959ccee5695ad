"""What processes take of the machine, as the kernel tells it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.waiting import eventually
from zato.host.usage import Usage, of_sessions, of_units, process_of_unit


@pytest.mark.parametrize(
    ("unit", "process"),
    [
        ("zato-server@12.service", "server-12"),
        ("zato-haproxy.service", "haproxy"),
        ("zato-lighttpd-agent@1.service", "lighttpd-agent-1"),
        ("zato-pki-sign@7-123-990.service", "pki-sign"),
        ("zato-log@3-1-0.service", "log"),
        ("zato.target", "target"),
        ("zatox.service", None),
        ("ssh.service", None),
        ("zato-server@1.service/x", None),
        ("", None),
    ],
)
def test_units_have_the_names_that_their_processes_have_in_the_log(unit: str, process: str | None) -> None:
    assert process_of_unit(unit) == process


def test_control_groups_are_read_wherever_systemd_has_put_the_units(tmp_path: Path) -> None:
    for place in ("zato-haproxy.service", "system-zato\\x2dserver.slice/zato-server@1.service", "ssh.service"):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "cpu.stat").write_text("usage_usec 2500000\nuser_usec 1\n")
        (tmp_path / place / "memory.stat").write_text("anon 1000\nfile 5\nfile_mapped 24\n")
    (tmp_path / "zato-singleton@1.service").mkdir()  # it is about to end
    assert of_units(tmp_path) == {"haproxy": Usage(2.5, 1024), "server-1": Usage(2.5, 1024)}


def test_a_session_is_counted_with_its_children_and_with_those_that_have_ended() -> None:
    program = (
        "import os, subprocess, sys, time\n"
        "burn = 'import time\\nend = time.process_time() + 0.3\\nwhile time.process_time() < end: pass'\n"
        "subprocess.run([sys.executable, '-c', burn])\n"
        "child = subprocess.Popen([sys.executable, '-c', 'x = bytearray(30_000_000); import time; time.sleep(60)'])\n"
        "child.wait()\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], start_new_session=True) as process:
        try:
            leaders = {"one": process.pid, "gone": 2**22 + 1}

            def counted() -> bool:
                found = of_sessions(leaders)
                return set(found) == {"one"} and found["one"].cpu_seconds >= 0.3 and found["one"].resident_bytes > 35e6

            assert eventually(counted)
        finally:
            os.killpg(process.pid, 9)


def test_a_process_name_cannot_be_taken_for_fields(tmp_path: Path) -> None:
    (tmp_path / "9").mkdir()
    fields = ["S", "1", "9", "9", *["0"] * 7, "100", "0", "0", "0", *["0"] * 6, "2", *["0"] * 20]
    (tmp_path / "9" / "stat").write_text(f"9 (a) R 1 5 5 b)) {' '.join(fields)}\n")
    found = of_sessions({"x": 9}, tmp_path)
    assert found["x"].cpu_seconds == 100 / os.sysconf("SC_CLK_TCK")
