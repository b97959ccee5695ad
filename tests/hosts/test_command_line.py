"""What the packages bring for whoever sits at an appliance's keyboard."""

from __future__ import annotations

import re
import subprocess

from support.hosts import Host
from support.waiting import LATE_SECONDS


def test_the_manual_has_a_page_for_every_command_and_for_what_the_units_refer_to(appliance: Host) -> None:
    manual = ["man", "-M", str(appliance.root / "usr/share/man")]
    commands = re.findall(r"^  (\w+)  ", appliance.run("zato --help").stdout.partition("Commands:")[2], re.M)
    shown = appliance.run("systemctl show -p Documentation --value zato.target 'zato-*'").stdout.split()
    units = [name for reference in shown for name in re.findall(r"^man:(\S+)\(\d\)$", reference.strip('"'))]
    assert len(commands) > 10
    assert len(units) == len(shown) > 5
    for name in ("zato", *(f"zato-{command}" for command in commands), "zato.toml", "server.toml", *set(units)):
        done = subprocess.run([*manual, "-P", "cat", name], capture_output=True, text=True, check=False)
        assert re.search(rf"^NAME\n +{re.escape(name)} +- ", done.stdout, re.M), (name, done.stderr)


def least_seconds(host: Host, words: str, number: int, expected: str) -> float:
    """How long an answer to the Tab key takes, of three."""
    times = []
    for _ in range(3):
        done = host.run(f"time -p COMP_WORDS='{words}' COMP_CWORD={number} _ZATO_COMPLETE=bash_complete zato")
        assert expected in done.stdout
        found = re.search(r"^real (\S+)", done.stderr, re.M)
        assert found is not None
        times.append(float(found[1]))
    return min(times)


def test_bash_completes_commands_at_once(appliance: Host) -> None:
    # Bash itself, on a terminal, which loads the package's file when it is first needed
    typed = r"zato quicks\tsto\t --help\nexit\n"
    session = "script -qec 'bash --norc -i' /dev/null"
    start = ". /usr/share/bash-completion/bash_completion"
    text = appliance.run(f"printf '{start}\\n{typed}' | {session}").stdout
    assert "Usage: zato quickstart stop " in text
    commands = least_seconds(appliance, "zato ", 1, "plain,doctor")
    inner = least_seconds(appliance, "zato config se", 2, "plain,set")
    print(f"Completion answers within {commands:.2f} s (commands) and {inner:.2f} s (commands of a group)")
    assert max(commands, inner) < LATE_SECONDS
