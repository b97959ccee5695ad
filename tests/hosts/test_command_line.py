"""What the packages bring for whoever sits at an appliance's keyboard."""

from __future__ import annotations

import re
import subprocess

from support.hosts import Host


def test_the_manual_has_a_page_for_every_command_and_for_what_the_units_refer_to(appliance: Host) -> None:
    manual = ["man", "-M", str(appliance.root / "usr/share/man")]
    commands = re.findall(r"^  (\w+)  ", appliance.run("zato --help").stdout.partition("Commands:")[2], re.M)
    shown = appliance.run("systemctl show -p Documentation --value zato.target 'zato-*'").stdout.split()
    units = [name for reference in shown for name in re.findall(r"^man:(\S+)\(\d\)$", reference)]
    assert len(commands) > 10
    assert len(units) == len(shown) > 5
    for name in ("zato", *(f"zato-{command}" for command in commands), "zato.toml", "server.toml", *set(units)):
        done = subprocess.run([*manual, "-P", "cat", name], capture_output=True, text=True, check=False)
        assert f"\n       {name} - " in done.stdout, done.stderr
