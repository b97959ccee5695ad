"""What comes back by itself."""

from __future__ import annotations

from support.appliance import answers, is_active, main_pid, problems
from support.hosts import Host
from support.waiting import eventually


def test_a_server_that_was_killed_or_stopped_comes_back(appliance: Host) -> None:
    for command in ("systemctl kill -s KILL zato-server@1", "systemctl restart zato-server@1"):
        # systemd calls it a failure where a process has ended before its turn came
        appliance.run(command, check=command.startswith("systemctl restart"))
        assert answers(appliance), command
        assert eventually(lambda: problems(appliance) == []), problems(appliance)


def test_a_process_that_is_unresponsive_is_restarted(appliance: Host) -> None:
    watched = ["zato-server@1", "zato-singleton@1", "zato-hotdeploy@1", "zato-listener@1", "zato-lighttpd-agent@1"]
    for unit in watched:  # sooner than an operator would want it
        directory = f"/run/systemd/system/{unit}.service.d"
        appliance.run(f"mkdir -p {directory} && printf '[Service]\\nWatchdogSec=4\\n' > {directory}/90-test.conf")
    appliance.run("systemctl daemon-reload && systemctl restart zato-server@1")
    assert answers(appliance)
    # The server last: with it the others would be restarted
    for unit in reversed(watched):
        assert eventually(lambda unit=unit: is_active(appliance, unit)), unit
        before = main_pid(appliance, unit)
        appliance.run(f"kill -STOP {before}")
        assert eventually(lambda unit=unit, before=before: main_pid(appliance, unit) not in (0, before)), unit
    assert answers(appliance)
    appliance.run("rm -r /run/systemd/system/zato-*@1.service.d && systemctl daemon-reload")


def test_everything_comes_up_by_itself_after_a_reboot(appliance: Host) -> None:
    appliance.reboot()
    assert answers(appliance)
    assert appliance.run("systemctl list-units --failed --plain --no-legend 'zato*'").stdout == ""
