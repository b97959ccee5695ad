"""Programs that are there and no longer do anything, on an appliance: SIGSTOP."""

from __future__ import annotations

import json
import re

import urllib3

from support.appliance import answers, main_pid, outside, problems
from support.hosts import Host
from support.load import Load, told
from support.scale import times
from support.waiting import eventually

UNRESPONSIVE_SECONDS = 6
STUCK_SECONDS = 2
STILL_SECONDS = times(6, full=60)
"""More than a worker's time without a heart-beat, and than HAProxy's until a server is down."""
PROCESSES = "pgrep -u zato,zato-tls,zato-lb,zato-admin"


def children(host: Host, unit: str) -> set[int]:
    return {int(pid) for pid in host.run(f"pgrep -P {main_pid(host, unit)}", check=False).stdout.split()}


def test_haproxy_lighttpd_and_workers_that_are_unresponsive_are_replaced(appliance: Host) -> None:
    assert answers(appliance)
    worker = min(children(appliance, "zato-server@1"))
    appliance.run(f"kill -STOP {worker}")
    agents = {"zato-haproxy-agent": "zato.agent.haproxy", "zato-lighttpd-agent@1": "zato.agent.lighttpd --server 1"}
    for agent, module in agents.items():  # sooner than an operator would want it
        directory = f"/run/systemd/system/{agent}.service.d"
        program = f"/usr/lib/zato/venv/bin/python -m {module} --root /var/lib/zato --patience {UNRESPONSIVE_SECONDS}"
        drop_in = f"[Service]\\nExecStart=\\nExecStart={program}\\n"
        appliance.run(f"mkdir -p {directory} && printf '{drop_in}' > {directory}/90-test.conf")
    appliance.run(f"systemctl daemon-reload && systemctl restart {' '.join(agents)}")
    for unit, part in (("zato-haproxy", "main"), ("zato-haproxy", "worker"), ("zato-lighttpd@1", "main")):
        before = main_pid(appliance, unit)
        unresponsive = before if part == "main" else max(children(appliance, unit))
        appliance.run(f"kill -STOP {unresponsive}")
        replaced = eventually(lambda unit=unit, before=before: main_pid(appliance, unit) not in (0, before))
        assert replaced, (unit, part)
        assert answers(appliance), (unit, part)
    said = "journalctl -b -u 'zato-*' -g 'A program was killed, as it did not answer' -o cat"
    assert set(re.findall(r" program=(\S+)", appliance.run(said).stdout)) == {"haproxy", "lighttpd"}
    assert eventually(lambda: worker not in children(appliance, "zato-server@1"))
    for agent in agents:
        appliance.run(f"rm -r /run/systemd/system/{agent}.service.d")
    appliance.run(f"systemctl daemon-reload && systemctl restart {' '.join(agents)}")


def test_an_appliance_that_stood_still_loses_no_request_and_no_process(appliance: Host) -> None:
    """All of Zato's processes, under systemd with its watchdogs, as where their cgroup is frozen."""
    item = json.loads(appliance.run("zato --json config get server server-1").stdout)
    stuck = item["value"].get("stuck_seconds") or 30
    appliance.run(f"zato config set server server-1 stuck_seconds={STUCK_SECONDS}")
    settings = appliance.root / "var/lib/zato/server-1/applied/server.toml"
    assert eventually(lambda: f"stuck_seconds = {STUCK_SECONDS}" in settings.read_text()), settings
    before = set(appliance.run(PROCESSES).stdout.split())
    pool = outside(appliance)
    pool.timeout = urllib3.Timeout(3.0 * STILL_SECONDS + 30.0)
    stand = f"p=$({PROCESSES}); kill -STOP $p; sleep {STILL_SECONDS}; kill -CONT $p"
    with Load(pool, "/hello", method=("GET", "PUT", "POST"), body=b"{}", per_second=20, seconds=300) as load:
        assert eventually(lambda: len(load.samples) > 20)
        appliance.run(stand, timeout=STILL_SECONDS + 60)
        assert eventually(lambda: problems(appliance) == []), problems(appliance)
    print(f"All of Zato stopped for {STILL_SECONDS} s, {len(load.samples)} requests: {told(load.failed())}")
    assert load.slowest() > STILL_SECONDS - 2
    assert load.failed() == [], told(load.failed())
    assert before <= set(appliance.run(PROCESSES).stdout.split())
    appliance.run(f"zato config set server server-1 stuck_seconds={stuck}")
