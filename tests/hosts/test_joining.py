"""Machines that become servers of a cluster by two commands, and leave it again."""

from __future__ import annotations

import json
import re
import shlex
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from support.appliance import outside, problems, status
from support.clusters_of_hosts import first_machine, made_token
from support.documents.written import written
from support.hosts import Host, NewHost
from support.load import Load, told
from support.root_file_systems import BEFORE, REPOSITORY, base
from support.scale import times
from support.waiting import eventually
from zato.pki.certificates import load_certificate

# That a machine joins by two commands is what is tested; how soon, where it is played in full
JOIN_SECONDS = times(600, full=120)
EXPOSURE_MAX = 2.0


@dataclass(frozen=True, slots=True)
class Cluster:
    """Its first machine, and a clean one."""

    first: Host
    second: Host


@pytest.fixture(scope="module")
def cluster(new_host: NewHost, packages_before: list[Path]) -> Iterator[Cluster]:
    """The ODB is PostgreSQL on a third machine, whose CA is its own. The second machine has the Debian before."""
    second_system = base(BEFORE)
    with new_host("first") as first, new_host("second", second_system, packages_before) as second, first_machine(first):
        yield Cluster(first, second)


def of_a_cluster(host: Host) -> set[str]:
    """What /etc/zato has beside what the packages bring."""
    shipped = {path.name for path in (REPOSITORY / "etc" / "zato").iterdir()}
    return {*host.run("ls -A /etc/zato").stdout.split()} - shipped


def refused(host: Host, command: str) -> str:
    """The code of the error."""
    done = host.run(f"zato --json {command}", check=False)
    assert done.returncode != 0, done.stdout
    return str(json.loads(done.stderr)["error"]["code"])


def direct(cluster: Cluster, path: str) -> str:
    """What the second machine's lighttpd answers itself."""
    ask = f"curl -sf -m 2 --cacert /etc/zato/pki/ca.crt https://{cluster.second.address}:17011{path}"
    return cluster.first.run(ask, check=False).stdout


def listening(host: Host) -> set[str]:
    """Where lighttpd and the agents listen."""
    shown = host.run("ss -Hltn '( sport = :17010 or sport = :20161 or sport = :20151 )'").stdout
    return {line.split()[3] for line in shown.splitlines()}


def item(first: Host, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(first.run(f"zato --json config get server {name}").stdout)
    return found


def test_a_package_without_a_cluster_starts_nothing_and_says_what_comes_next(cluster: Cluster) -> None:
    own = {"install": "install -y", "zato-server": "./zato-common_*.deb ./zato-server_*.deb"}
    done = cluster.second.run(written("docs/cluster.md", "apt install zato-server", own))
    assert "zato server join TOKEN" in done.stdout
    assert of_a_cluster(cluster.second) == set()
    cluster.second.run("systemctl start zato-server@1", check=False)
    cluster.second.run("systemctl stop zato-server@1 zato-lighttpd@1")
    assert of_a_cluster(cluster.second) == set()
    assert "zato server join TOKEN" in cluster.second.run("journalctl -b -u zato-lighttpd@1").stdout


def test_a_damaged_a_tampered_a_cancelled_and_another_clusters_token_are_refused(cluster: Cluster) -> None:
    token = made_token(cluster.first)
    assert refused(cluster.second, f"server join {token[:-1]}") == "token-damaged"
    tokens = written("docs/cluster.md", "zato server tokens", {"zato": "zato --json"})
    identifier = json.loads(cluster.first.run(tokens).stdout)["tokens"][0]["id"]
    cluster.first.run(written("docs/cluster.md", "zato server cancel ID", {"ID": identifier}))
    assert refused(cluster.second, f"server join {token}") == "unauthorized"
    changed = (
        "import sys, msgspec; from zato.cluster.token import *; t = decode(sys.argv[1]); "
        "print(encode(msgspec.structs.replace(t, **{sys.argv[2]: bytes(32)})))"
    )
    for field, code in (("secret", "unauthorized"), ("authority", "other-authority")):
        python = f"/usr/lib/zato/venv/bin/python -c {shlex.quote(changed)} {token} {field}"
        other = cluster.second.run(python).stdout.strip()
        assert refused(cluster.second, f"server join {other}") == code
    assert of_a_cluster(cluster.second) == set()


def test_a_token_makes_nobody_the_database(cluster: Cluster) -> None:
    """Nor any other program that is known by the cluster's CA, also where its certificate is elsewhere by now."""
    cluster.first.run("zato pki issue-server db-1 --host db-1.example.com --host 10.77.0.250")
    cluster.first.run("mkdir /root/db-1 && mv /etc/zato/pki/db-1.* /root/db-1/")
    token = made_token(cluster.first)
    for host in ("db-1.example.com", "DB-1.example.com", "10.77.0.250", "db-1"):
        own = {"zato ": "", "join": f"join {token}", "HOST": host}
        joining = written("docs/cluster.md", "zato server join --address HOST", own)
        assert refused(cluster.second, joining) == "program-name"
    for host, code in (
        ("haproxy", "component-name"),
        (cluster.first.address, "host-taken"),
        ("*.com", "invalid-input"),
    ):
        assert refused(cluster.second, f"server join {token} --address '{host}'") == code
    assert of_a_cluster(cluster.second) == set()
    identifier = json.loads(cluster.first.run("zato --json server tokens").stdout)["tokens"][0]["id"]
    cluster.first.run(f"zato server cancel {identifier}")
    cluster.first.run(written("docs/cluster.md", "zato pki remove NAME", {"NAME": "db-1"}))


FLOOD = """
import base64, json, secrets, ssl, urllib.request, urllib.error
context = ssl.create_default_context(cafile="/etc/zato/pki/ca.crt")
def post(path, body):
    request = urllib.request.Request("https://localhost:11223/zato/api/" + path, json.dumps(body).encode(),
        {"Content-Type": "application/json"}, method="POST")
    try:
        return urllib.request.urlopen(request, context=context).status
    except urllib.error.HTTPError as error:
        return error.code
signed = {"certificate": open("/etc/zato/pki/server-1.crt").read(), "statement": "{}", "signature": "AAAA"}
found = []
for _ in range(40):
    secret = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    body = {"secret": secret, "version": VERSION, "hosts": ["10.1.2.3"], "requests": {}}
    found += [post("enrol", body), post("enrol/renew", signed), post("enrol/leave", signed)]
print(sorted(set(found)))
"""


def test_who_has_no_token_starts_no_process_of_roots(cluster: Cluster) -> None:
    """Neither by tokens nor by statements that are made up."""
    token = made_token(cluster.first)
    accepted = "systemctl show -P NAccepted zato-pki-sign.socket"
    before = cluster.first.run(accepted).stdout
    version = cluster.first.run("zato --version").stdout.split()[-1]
    script = FLOOD.replace("VERSION", repr(version))
    done = cluster.first.run(f"/usr/lib/zato/venv/bin/python -c {shlex.quote(script)}")
    assert json.loads(done.stdout) in ([401], [401, 429])
    assert cluster.first.run(accepted).stdout == before
    # It does start for who has one
    assert refused(cluster.second, f"server join {token} --address {cluster.first.address}") == "host-taken"
    assert cluster.first.run(accepted).stdout != before
    identifier = json.loads(cluster.first.run("zato --json server tokens").stdout)["tokens"][0]["id"]
    cluster.first.run(f"zato server cancel {identifier}")


def test_two_commands_make_a_clean_machine_a_server_of_the_cluster(cluster: Cluster) -> None:
    token = made_token(cluster.first)
    alone = listening(cluster.first)
    cluster.second.run("apt-get purge -y zato-common zato-server")
    started = time.monotonic()
    cluster.second.run("apt-get install -y ./zato-common_*.deb ./zato-server_*.deb")
    installed = time.monotonic()
    # A program of this machine's has its name: then the server is known by its address alone
    name = cluster.second.run("hostname").stdout.strip()
    cluster.first.run(f"zato pki issue-server twin --host {name}")
    join = written("docs/cluster.md", "zato server join TOKEN", {"TOKEN": token})
    assert "Going on with" in cluster.second.run(join).stdout
    cluster.first.run("zato pki remove twin")
    assert eventually(lambda: '"user"' in direct(cluster, "/hello"))
    print(f"apt install: {installed - started:.1f} s; zato server join: {time.monotonic() - installed:.1f} s")
    assert time.monotonic() - started < JOIN_SECONDS
    assert item(cluster.first, "server-2")["value"]["host"] == cluster.second.address
    assert [each["number"] for each in status(cluster.first)["servers"]] == [1, 2]
    # The first machine listens for others by now, too, and not before
    assert alone == {"127.0.0.1:17010", "127.0.0.1:20161", "127.0.0.1:20151"}
    opened = {f"{cluster.first.address}:{port}" for port in (17010, 20161, 20151)}
    assert eventually(lambda: listening(cluster.first) >= alone | opened), listening(cluster.first)
    assert eventually(lambda: problems(cluster.first) == []), problems(cluster.first)
    assert refused(cluster.second, f"server join {token}") == "unauthorized"


def test_what_joins_has_its_own_keys_and_not_those_of_the_ca_or_of_an_administrator(cluster: Cluster) -> None:
    shown = cluster.second.run("stat -c '%n %U %a' /etc/zato/pki/*.key /etc/zato/secret.key").stdout.split("\n")
    assert shown[:-1] == [
        "/etc/zato/pki/lighttpd-2.key zato-tls 400",
        "/etc/zato/pki/lighttpd-agent-2.key zato-tls 400",
        "/etc/zato/pki/server-2.key zato 400",
        "/etc/zato/secret.key root 400",
    ]
    assert refused(cluster.second, "config set server server-2 active=false") == "forbidden"
    assert refused(cluster.second, "server create --token") == "no-signer"
    assert json.loads(cluster.second.run("zato --json whoami").stdout)["roles"] == ["viewer"]
    assert cluster.second.run("zato doctor").returncode == 0
    for host, unit in ((cluster.first, "zato-pki-sign@0"), (cluster.second, "zato-pki-renew")):
        rated = host.run(f"systemd-analyze security --no-pager {unit}.service | tail -1").stdout
        found = re.search(r": ([0-9.]+) ", rated)
        assert found is not None and float(found[1]) <= EXPOSURE_MAX, (unit, rated)


def test_a_server_that_joined_is_there_again_after_a_boot(cluster: Cluster) -> None:
    cluster.second.reboot()
    assert eventually(lambda: '"user"' in direct(cluster, "/hello"))


def test_a_server_that_joined_renews_its_certificates_through_the_balancer(cluster: Cluster) -> None:
    path = cluster.second.root / "etc/zato/pki/lighttpd-2.crt"
    before = load_certificate(path).serial_number
    cluster.second.run(written("docs/cluster.md", "zato pki renew lighttpd-N", {"N": "2"}))
    assert load_certificate(path).serial_number != before
    assert eventually(lambda: '"user"' in direct(cluster, "/hello"))
    cluster.second.run("systemctl start zato-pki.service")
    # What the timer does where they are due, within the unit's confinement
    now = "/usr/lib/zato/venv/bin/python -c 'from zato.appliance.joined import renew_now; renew_now()'"
    drop_in = "/run/systemd/system/zato-pki-renew.service.d"
    cluster.second.run(
        f"mkdir -p {drop_in} && printf '[Service]\\nExecStart=\\nExecStart=%s\\n' \"{now}\" > {drop_in}/90-test.conf"
    )
    before = load_certificate(path).serial_number
    cluster.second.run("systemctl daemon-reload && systemctl start zato-pki-renew.service")
    assert load_certificate(path).serial_number != before
    cluster.second.run(f"rm -r {drop_in} && systemctl daemon-reload")
    assert cluster.second.run("systemctl is-failed zato-pki-renew.service", check=False).stdout.strip() == "inactive"


def test_a_server_that_runs_is_not_removed_and_one_that_is_dead_is_and_stays_out(cluster: Cluster) -> None:
    assert refused(cluster.first, "server remove 2") == "server-alive"
    assert refused(cluster.first, "server remove 7") == "no-such-server"
    cluster.second.run("systemctl stop zato.target")
    cluster.second.run(written("docs/cluster.md", "systemctl stop zato-server@N", {"N": "2"}))
    cluster.first.run(written("docs/cluster.md", "zato server remove 2"))
    assert [each["number"] for each in status(cluster.first)["servers"]] == [1]
    assert refused(cluster.second, "pki renew server-2") == "renewal-refused"
    cluster.second.run("systemctl start --no-block zato-server@2")
    assert eventually(lambda: "was removed from the cluster" in journal(cluster.second, "zato-server@2"))
    cluster.second.run("systemctl stop zato-server@2")


def test_the_number_of_a_removed_server_goes_to_the_next_machine_and_a_lost_one_is_replaced(cluster: Cluster) -> None:
    cluster.second.run("zato server leave --force")
    assert of_a_cluster(cluster.second) == set()
    cluster.second.run(f"zato server join {made_token(cluster.first)}")
    stolen = {path.name: path.read_bytes() for path in (cluster.second.root / "etc/zato/pki").glob("server-2.*")}
    replacing = written("docs/cluster.md", "zato server create --token --replace 2", {"zato": "zato --json"})
    token = json.loads(cluster.first.run(f"{replacing} --address {cluster.first.address}").stdout)["token"]
    cluster.second.run(f"zato server join {token}")
    assert eventually(lambda: '"user"' in direct(cluster, "/hello"))
    kept = {path.name: path.read_bytes() for path in (cluster.second.root / "etc/zato/pki").glob("server-2.*")}
    assert kept.keys() == stolen.keys()
    for name, data in stolen.items():
        (cluster.second.root / "etc/zato/pki" / name).write_bytes(data)
    assert refused(cluster.second, "pki renew server-2") == "renewal-refused"
    for name, data in kept.items():
        (cluster.second.root / "etc/zato/pki" / name).write_bytes(data)
    cluster.second.run("zato pki renew server-2")


def test_leaving_fails_no_request_and_takes_the_clusters_keys_and_code_along(cluster: Cluster) -> None:
    with Load(outside(cluster.first), "/hello", seconds=600) as load:
        cluster.second.run(written("docs/cluster.md", "zato server leave"))
    assert load.failed() == [], told(load.failed())
    assert [each["number"] for each in status(cluster.first)["servers"]] == [1]
    left = cluster.second.run("find /var/lib/zato /run/zato -type f").stdout
    assert (left, of_a_cluster(cluster.second)) == ("", set())
    assert eventually(lambda: problems(cluster.first) == []), problems(cluster.first)
    assert refused(cluster.second, "status") == "no-cluster"


def journal(host: Host, unit: str) -> str:
    return host.run(f"journalctl -b -u {unit}").stdout
