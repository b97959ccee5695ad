"""What an operator gets of apt install: a cluster that runs, on a host that really boots."""

from __future__ import annotations

import json
from typing import Any

from support.appliance import hello, problems, units
from support.hosts import Host
from support.waiting import eventually


def test_installing_leaves_a_cluster_that_runs_and_is_well(appliance: Host) -> None:
    assert eventually(lambda: problems(appliance) == []), problems(appliance)
    failed = appliance.run("systemctl list-units --failed --plain --no-legend 'zato*'").stdout
    assert failed == ""
    assert {unit.partition("@")[0].partition(".")[0] for unit in units(appliance)} == {
        "zato-admin",
        "zato-admin-lighttpd",
        "zato-haproxy",
        "zato-haproxy-agent",
        "zato-hotdeploy",
        "zato-lighttpd",
        "zato-lighttpd-agent",
        "zato-listener",
        "zato-server",
        "zato-singleton",
    }


def test_the_doctor_finds_nothing_after_an_installation_and_the_unit_that_an_operator_has_stopped(
    appliance: Host,
) -> None:
    def found() -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(appliance.run("zato doctor --json", check=False).stdout)
        return answer

    # Parts of a server that was restarted a moment ago may still be starting
    assert eventually(lambda: found()["ok"] and not found()["findings"]), found()
    appliance.run("systemctl stop zato-hotdeploy@1")
    (finding,) = json.loads(appliance.run("zato doctor --json", check=False).stdout)["findings"]
    assert (finding["subject"], finding["remedy"]) == ("units", "systemctl start zato-hotdeploy@1.service")
    appliance.run(finding["remedy"])
    assert json.loads(appliance.run("zato doctor --json").stdout)["ok"] is True


def test_a_service_from_the_pickup_directory_runs_as_the_servers_user(appliance: Host) -> None:
    user = appliance.run("id -u zato").stdout.strip()
    assert hello(appliance) == f'{{"user":{user}}}'


def test_the_journal_finds_what_a_request_left_by_its_correlation_id(appliance: Host) -> None:
    cid = "0af7651916cd43dd8448eb211c80319c"
    trace = f"-H 'traceparent: 00-{cid}-b7ad6b7169203331-01'"
    appliance.run(f"curl -sf -m 2 --cacert /etc/zato/pki/ca.crt {trace} https://localhost:11223/hello")
    search = f"journalctl -b -u 'zato-*' ZATO_CID={cid} -o json"
    assert eventually(lambda: appliance.run(search).stdout != "")
    (line,) = map(json.loads, appliance.run(search).stdout.splitlines())
    assert line["MESSAGE"].startswith("Greeting ")
    # Whichever server it was
    number = line["SYSLOG_IDENTIFIER"].removeprefix("zato-server-")
    assert number in ("1", "2")
    assert line["_SYSTEMD_UNIT"] == f"zato-server@{number}.service"
    assert line["ZATO_USER"] == appliance.run("id -u zato").stdout.strip()
