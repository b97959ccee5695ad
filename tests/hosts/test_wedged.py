"""Programs that are there and no longer do anything, on an appliance: SIGSTOP."""

from __future__ import annotations

from support.appliance import answers, main_pid
from support.hosts import Host
from support.waiting import eventually

WEDGED_SECONDS = 6


def children(host: Host, unit: str) -> set[int]:
    return {int(pid) for pid in host.run(f"pgrep -P {main_pid(host, unit)}", check=False).stdout.split()}


def test_haproxy_lighttpd_and_workers_that_are_wedged_are_replaced(appliance: Host) -> None:
    assert answers(appliance)
    worker = min(children(appliance, "zato-server@1"))
    appliance.run(f"kill -STOP {worker}")
    agents = {"zato-haproxy-agent": "zato.agent.haproxy", "zato-lighttpd-agent@1": "zato.agent.lighttpd --server 1"}
    for agent, module in agents.items():  # sooner than an operator would want it
        directory = f"/run/systemd/system/{agent}.service.d"
        program = f"/usr/lib/zato/venv/bin/python -m {module} --root /var/lib/zato --patience {WEDGED_SECONDS}"
        drop_in = f"[Service]\\nExecStart=\\nExecStart={program}\\n"
        appliance.run(f"mkdir -p {directory} && printf '{drop_in}' > {directory}/90-test.conf")
    appliance.run(f"systemctl daemon-reload && systemctl restart {' '.join(agents)}")
    for unit, part in (("zato-haproxy", "main"), ("zato-haproxy", "worker"), ("zato-lighttpd@1", "main")):
        before = main_pid(appliance, unit)
        wedged = before if part == "main" else max(children(appliance, unit))
        appliance.run(f"kill -STOP {wedged}")
        replaced = eventually(lambda unit=unit, before=before: main_pid(appliance, unit) not in (0, before))
        assert replaced, (unit, part)
        assert answers(appliance), (unit, part)
    said = "journalctl -b -u 'zato-*' -g killed_as_it_did_not_answer -o cat"
    assert {line.split()[1] for line in appliance.run(said).stdout.splitlines()} == {
        "program=haproxy",
        "program=lighttpd",
    }
    assert eventually(lambda: worker not in children(appliance, "zato-server@1"))
    for agent in agents:
        appliance.run(f"rm -r /run/systemd/system/{agent}.service.d")
    appliance.run(f"systemctl daemon-reload && systemctl restart {' '.join(agents)}")
