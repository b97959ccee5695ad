"""What an operator gets of apt install: a cluster that runs, on a host that really boots."""

from __future__ import annotations

import json
import re
import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3

from support import hosts
from support.hosts import Host
from support.load import Load, told

pytestmark = pytest.mark.timeout(600)  # the first of these waits for packages and a root file system to be built

INSTALL_SECONDS = 90
SERVER_SECONDS = 15
EXPOSURE_MAX = 2.0
RESTARTS = 5
SERVICE = """
import os
from zato.server.service import Service

class Hello(Service):
    name = 'demo.hello'

    def handle(self):
        self.logger.info('Greeting', user=os.getuid())
        self.response.payload = {'user': os.getuid()}
"""


@pytest.fixture(scope="module")
def clean() -> Iterator[Host]:
    """A host without Zato, booted, with the packages in /root."""
    subprocess.run([str(hosts.REPOSITORY / "tools" / "deb")], check=True, stdout=subprocess.DEVNULL)
    directory = hosts.new_directory()
    try:
        with hosts.bridge(), hosts.host("appliance", directory, 11) as made:
            for package in (hosts.REPOSITORY / "build" / "deb").glob("*.deb"):
                shutil.copy(package, made.root / "root")
            made.boot()
            yield made
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="module")
def appliance(clean: Host) -> Host:
    """One where the packages were installed, and Zato answered in time."""
    started = time.monotonic()
    clean.run("apt-get install -y ./*.deb", timeout=INSTALL_SECONDS)
    assert answers(clean, INSTALL_SECONDS - (time.monotonic() - started)), clean.run("journalctl -b -u 'zato-*'").stdout
    return clean


def answers(host: Host, seconds: float) -> bool:
    """Whether the balancer passes a ping on to a server before so many seconds are over."""
    ping = "curl -sf -m 2 --cacert /etc/zato/pki/ca.crt https://localhost:11223/zato/ping"
    return eventually(lambda: '"ZATO_OK"' in host.run(ping, check=False).stdout, seconds)


def eventually(condition: object, seconds: float) -> bool:
    assert callable(condition)
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if condition():
            return True
        time.sleep(0.2)
    return bool(condition())


def outside(host: Host) -> Any:
    """Clients on another machine than the host's, which keep their connections."""
    context = ssl.create_default_context(cafile=str(host.root / "etc/zato/pki/ca.crt"))
    return urllib3.HTTPSConnectionPool(
        host.address, 11223, ssl_context=context, assert_hostname="localhost", maxsize=16, timeout=20
    )


def units(host: Host) -> list[str]:
    """The services of Zato that the host has loaded."""
    text = host.run("systemctl list-units --plain --no-legend --all --type=service 'zato-*'").stdout
    return [line.split()[0] for line in text.splitlines() if not line.startswith("zato-pki")]


def servers_in_balancer(host: Host) -> int:
    """How many servers HAProxy finds well."""
    shown = host.run("echo 'show stat' | socat - /run/zato/haproxy/admin.sock").stdout
    return len(re.findall(r"^servers,server-\d+,.*?,UP,", shown, re.M))


def is_active(host: Host, unit: str) -> bool:
    return host.run(f"systemctl is-active {unit}", check=False).stdout.strip() == "active"


def main_pid(host: Host, unit: str) -> int:
    return int(host.run(f"systemctl show -p MainPID --value {unit}").stdout)


def status(host: Host) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(host.run("zato --json status", check=False).stdout or "{}")
    return found


def test_installing_leaves_a_cluster_that_runs_and_is_well(appliance: Host) -> None:
    assert eventually(lambda: status(appliance).get("ok") is True, 10), status(appliance)
    failed = appliance.run("systemctl list-units --failed --plain --no-legend 'zato*'").stdout
    assert failed == ""
    assert {unit.partition("@")[0].partition(".")[0] for unit in units(appliance)} == {
        "zato-haproxy",
        "zato-hotdeploy",
        "zato-lighttpd",
        "zato-lighttpd-agent",
        "zato-server",
        "zato-singleton",
    }


def test_the_doctor_finds_nothing_after_an_installation_and_the_unit_that_an_operator_has_stopped(
    appliance: Host,
) -> None:
    found = json.loads(appliance.run("zato doctor --json", check=False).stdout)
    assert (found["ok"], found["findings"]) == (True, [])
    appliance.run("systemctl stop zato-hotdeploy@1")
    (finding,) = json.loads(appliance.run("zato doctor --json", check=False).stdout)["findings"]
    assert (finding["subject"], finding["remedy"]) == ("units", "systemctl start zato-hotdeploy@1.service")
    appliance.run(finding["remedy"])
    assert json.loads(appliance.run("zato doctor --json").stdout)["ok"] is True


def test_a_file_in_the_pickup_directory_serves_as_the_servers_user(appliance: Host) -> None:
    (appliance.root / "root" / "demo.py").write_text(SERVICE, encoding="utf-8")
    appliance.run("cp /root/demo.py /var/lib/zato/server-1/pickup/")
    value = json.dumps({"service": "demo.hello", "path": "/hello", "methods": ["GET"]})
    appliance.run(f"echo '{value}' > /root/hello.json")
    assert eventually(lambda: "demo.hello" in appliance.run("zato service list").stdout, 10)
    appliance.run("zato config set channel-rest hello --file /root/hello.json")
    user = appliance.run("id -u zato").stdout.strip()
    call = "curl -sf -m 2 --cacert /etc/zato/pki/ca.crt https://localhost:11223/hello"
    assert eventually(lambda: appliance.run(call, check=False).stdout == f'{{"user":{user}}}', 10)


def test_the_journal_finds_what_a_request_left_by_its_correlation_id(appliance: Host) -> None:
    cid = "0af7651916cd43dd8448eb211c80319c"
    trace = f"-H 'traceparent: 00-{cid}-b7ad6b7169203331-01'"
    appliance.run(f"curl -sf -m 2 --cacert /etc/zato/pki/ca.crt {trace} https://localhost:11223/hello")
    search = f"journalctl -b -u 'zato-*' ZATO_CID={cid} -o json"
    assert eventually(lambda: appliance.run(search).stdout != "", 5)
    (line,) = map(json.loads, appliance.run(search).stdout.splitlines())
    assert line["MESSAGE"].startswith("Greeting ")
    assert (line["_SYSTEMD_UNIT"], line["SYSLOG_IDENTIFIER"]) == ("zato-server@1.service", "zato-server-1")
    assert line["ZATO_USER"] == appliance.run("id -u zato").stdout.strip()


def test_private_keys_and_the_internal_door_are_for_their_own_users_only(appliance: Host) -> None:
    for user, path in (
        ("zato", "/etc/zato/pki/haproxy.key"),
        ("zato", "/etc/zato/pki/lighttpd-1.key"),
        ("zato", "/etc/zato/pki/ca.key"),
        ("zato", "/etc/zato/pki/admin.key"),
        ("zato-tls", "/etc/zato/secret.key"),
        ("zato-lb", "/etc/zato/secret.key"),
    ):
        done = appliance.run(f"setpriv --reuid={user} --regid={user} --init-groups cat {path}", check=False)
        assert (done.returncode, "Permission denied" in done.stderr) == (1, True), (user, path)
    door = "socat -u OPEN:/dev/null UNIX-CONNECT:/run/zato/server-1/{}/http.sock"
    for user, name, allowed in (
        ("zato", "internal", True),
        ("zato-lb", "internal", False),
        ("zato-tls", "internal", False),
        ("zato-tls", "front", True),
        ("zato-lb", "front", False),
    ):
        done = appliance.run(f"setpriv --reuid={user} --regid={user} --init-groups {door.format(name)}", check=False)
        assert (done.returncode == 0) is allowed, (user, name, done.stderr)


def test_each_unit_is_confined(appliance: Host) -> None:
    for unit in units(appliance):
        shown = appliance.run(f"systemd-analyze security --no-pager {unit} | tail -1").stdout
        found = re.search(r": ([0-9.]+) ", shown)
        assert found is not None, shown
        assert float(found[1]) <= EXPOSURE_MAX, shown


def test_a_server_that_was_killed_or_stopped_comes_back(appliance: Host) -> None:
    for command in ("systemctl kill -s KILL zato-server@1", "systemctl restart zato-server@1"):
        appliance.run(command)
        assert answers(appliance, SERVER_SECONDS), command
        assert eventually(lambda: status(appliance).get("ok") is True, 20), status(appliance)


def test_a_process_that_is_wedged_is_restarted(appliance: Host) -> None:
    watched = ["zato-server@1", "zato-singleton@1", "zato-hotdeploy@1", "zato-lighttpd-agent@1"]
    for unit in watched:  # sooner than an operator would want it
        directory = f"/run/systemd/system/{unit}.service.d"
        appliance.run(f"mkdir -p {directory} && printf '[Service]\\nWatchdogSec=4\\n' > {directory}/90-test.conf")
    appliance.run("systemctl daemon-reload && systemctl restart zato-server@1")
    assert answers(appliance, SERVER_SECONDS)
    # The server last: with it the others would be restarted
    for unit in reversed(watched):
        assert eventually(lambda unit=unit: is_active(appliance, unit), SERVER_SECONDS), unit
        before = main_pid(appliance, unit)
        appliance.run(f"kill -STOP {before}")
        assert eventually(lambda unit=unit, before=before: main_pid(appliance, unit) not in (0, before), 15), unit
    assert answers(appliance, SERVER_SECONDS)
    appliance.run("rm -r /run/systemd/system/zato-*@1.service.d && systemctl daemon-reload")


def test_a_second_server_is_one_command_and_takes_requests(appliance: Host) -> None:
    started = time.monotonic()
    appliance.run("systemctl start zato-server@2")
    assert eventually(lambda: servers_in_balancer(appliance) == 2, SERVER_SECONDS - (time.monotonic() - started))
    found = status(appliance)
    assert [server["number"] for server in found["servers"]] == [1, 2]
    # Those of workers that were killed before are still told of
    assert all("was last heard of" in problem and "of server 1" in problem for problem in found["problems"]), found


def test_restarting_the_servers_in_turn_fails_no_request(appliance: Host) -> None:
    load_of = Load(outside(appliance), "/hello", method=("GET", "PUT", "POST"), body=b"{}", seconds=280)
    methods = json.dumps({"service": "demo.hello", "path": "/hello", "methods": ["GET", "PUT", "POST"]})
    appliance.run(f"echo '{methods}' > /root/hello.json && zato config set channel-rest hello --file /root/hello.json")
    assert eventually(lambda: servers_in_balancer(appliance) == 2, SERVER_SECONDS)
    with load_of as load:
        for _ in range(RESTARTS):
            for number in (1, 2):
                appliance.run(f"systemctl restart zato-server@{number}")
                assert eventually(lambda: servers_in_balancer(appliance) == 2, SERVER_SECONDS)
    requests = len(load.samples)
    print(f"{RESTARTS} rounds of restarting two servers, {requests} requests: {told(load.failed())}")
    assert load.failed() == [], told(load.failed())


def test_everything_comes_up_by_itself_after_a_reboot(appliance: Host) -> None:
    appliance.reboot()
    assert answers(appliance, INSTALL_SECONDS)
    assert appliance.run("systemctl list-units --failed --plain --no-legend 'zato*'").stdout == ""


def test_removing_keeps_what_was_there_for_the_next_installation(appliance: Host) -> None:
    appliance.run("apt-get remove -y 'zato*'")
    assert appliance.run("ps -o pid= -u zato,zato-tls,zato-lb", check=False).stdout == ""
    assert not answers(appliance, 0)
    appliance.run("apt-get install -y ./*.deb", timeout=INSTALL_SECONDS)
    call = "curl -sf -m 2 --cacert /etc/zato/pki/ca.crt https://localhost:11223/hello"
    assert eventually(lambda: '"user"' in appliance.run(call, check=False).stdout, INSTALL_SECONDS)


def test_purging_leaves_nothing_behind(appliance: Host) -> None:
    appliance.run("apt-get purge -y 'zato*' && rm -f /root/*.deb")
    left = appliance.run(
        "find / -xdev -iname '*zato*' -not -path '/proc/*' -not -path '/sys/*' -not -path '/var/log/*'", check=False
    ).stdout
    assert left == ""
    assert appliance.run("getent passwd; getent group").stdout.count("zato") == 0
    assert appliance.run("systemctl list-units --all --plain --no-legend 'zato*'").stdout == ""


def test_the_packages_can_be_built_again_to_the_same_bytes(clean: Host) -> None:
    built = hosts.REPOSITORY / "build" / "deb"
    before = {path.name: path.read_bytes() for path in built.glob("*.deb")}
    subprocess.run([str(hosts.REPOSITORY / "tools" / "deb")], check=True, stdout=subprocess.DEVNULL)
    assert {path.name: path.read_bytes() for path in built.glob("*.deb")} == before


def test_the_packages_are_without_what_lintian_calls_an_error(clean: Host) -> None:
    packages = sorted(map(str, (hosts.REPOSITORY / "build" / "deb").glob("*.deb")))
    assert len(packages) == 4
    done = subprocess.run(
        ["lintian", "--fail-on", "error", *packages], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout


def test_hosts_are_built_from_what_the_packages_depend_on() -> None:
    control = (hosts.REPOSITORY / "debian" / "control").read_text(encoding="utf-8")
    assert {"haproxy", "lighttpd", "git", "python3"} <= set(hosts.dependencies())
    assert all(name in control for name in hosts.dependencies())


def test_no_path_of_the_checkout_is_in_a_package(clean: Host, tmp_path: Path) -> None:
    for package in (hosts.REPOSITORY / "build" / "deb").glob("*.deb"):
        subprocess.run(["dpkg-deb", "-x", str(package), str(tmp_path)], check=True)
    done = subprocess.run(
        ["grep", "-rlF", str(hosts.REPOSITORY), str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.stdout == ""
