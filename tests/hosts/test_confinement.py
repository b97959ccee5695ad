"""What each part of an appliance may do, and read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from shlex import quote

import pytest

from support.appliance import main_pid, units
from support.hosts import Host
from support.root_file_systems import REPOSITORY

EXPOSURE_MAX = 2.0


def test_private_keys_and_the_internal_door_are_for_their_own_users_only(appliance: Host) -> None:
    for user, path in (
        ("zato", "/etc/zato/pki/haproxy.key"),
        ("zato", "/etc/zato/pki/lighttpd-1.key"),
        ("zato", "/etc/zato/pki/ca.key"),
        ("zato", "/etc/zato/pki/admin.key"),
        ("zato", "/etc/zato/pki/zato-admin.key"),
        ("zato-tls", "/etc/zato/pki/zato-admin.key"),
        ("zato-tls", "/var/lib/zato/console/console.sqlite"),
        ("zato-admin", "/etc/zato/pki/zato-admin-lighttpd.key"),
        ("zato-admin", "/etc/zato/pki/ca.key"),
        ("zato-admin", "/etc/zato/secret.key"),
        ("zato", "/etc/zato/secret.key"),
        ("zato-tls", "/etc/zato/secret.key"),
        ("zato-lb", "/etc/zato/secret.key"),
    ):
        done = appliance.run(f"setpriv --reuid={user} --regid={user} --init-groups cat {path}", check=False)
        assert (done.returncode, "Permission denied" in done.stderr) == (1, True), (user, path)
    for user, name, allowed in (
        ("zato", "admin", False),
        ("zato", "status", True),
        ("zato-tls", "status", False),
    ):
        socket = f"/run/zato/haproxy/{name}.sock"
        done = appliance.run(
            f"setpriv --reuid={user} --regid={user} --init-groups socat -u OPEN:/dev/null UNIX-CONNECT:{socket}",
            check=False,
        )
        assert (done.returncode == 0) is allowed, (user, name, done.stderr)
    door = "socat -u OPEN:/dev/null UNIX-CONNECT:/run/zato/server-1/{}"
    for user, name, allowed in (
        ("zato-admin", "internal/http.sock", False),
        ("zato-admin", "front/http.sock", False),
        ("zato", "internal/http.sock", True),
        ("zato-lb", "internal/http.sock", False),
        ("zato-tls", "internal/http.sock", False),
        ("zato-tls", "front/http.sock", True),
        ("zato-lb", "front/http.sock", False),
        ("zato-lb", "edge/tls.sock", True),
        ("zato", "edge/tls.sock", False),
    ):
        done = appliance.run(f"setpriv --reuid={user} --regid={user} --init-groups {door.format(name)}", check=False)
        assert (done.returncode == 0) is allowed, (user, name, done.stderr)
    console = "socat -u OPEN:/dev/null UNIX-CONNECT:/run/zato/console/http.sock"
    for user, allowed in (("zato-tls", True), ("zato", False), ("zato-lb", False), ("zato-admin", False)):
        done = appliance.run(f"setpriv --reuid={user} --regid={user} --init-groups {console}", check=False)
        assert (done.returncode == 0) is allowed, (user, done.stderr)


def test_the_key_of_secrets_is_roots_and_a_units_copy_of_it_is_seen_by_no_other_unit(appliance: Host) -> None:
    assert appliance.run("stat -c '%U:%G %a' /etc/zato/secret.key").stdout == "root:root 400\n"
    key = appliance.run("cat /etc/zato/secret.key").stdout
    inside = "nsenter -t {} -m setpriv --reuid=zato --regid=zato --clear-groups cat {}"
    copy = "/run/credentials/zato-server@1.service/secret.key"
    server = main_pid(appliance, "zato-server@1")
    assert appliance.run(inside.format(server, copy)).stdout == key
    for unit in ("zato-singleton@1", "zato-hotdeploy@1", "zato-listener@1"):
        done = appliance.run(inside.format(main_pid(appliance, unit), copy), check=False)
        assert (done.returncode, done.stdout) == (1, ""), unit


def test_each_unit_is_confined(appliance: Host) -> None:
    exposures: dict[str, float] = {}
    for unit in [*units(appliance), "zato-pki.service", "zato-log@1.service"]:
        shown = appliance.run(f"systemd-analyze security --no-pager {unit} | tail -1").stdout
        found = re.search(r": ([0-9.]+) ", shown)
        assert found is not None, shown
        exposures[unit.removesuffix(".service")] = float(found[1])
    print("systemd-analyze security:", ", ".join(f"{unit} {exposure}" for unit, exposure in exposures.items()))
    assert max(exposures.values()) <= EXPOSURE_MAX, exposures


ASK_FOR_THE_LOG = """
import sys
from pathlib import Path
from zato.logbook.client import LogClient
from zato.logbook.query import Query
page = LogClient(Path('/run/zato/log/read.sock')).older(Query(text=sys.argv[1]), None, 10)
print([(line.process, line.message) for line in page.lines])
"""


def test_servers_read_of_the_journal_what_zatos_units_have_said_and_nothing_else(appliance: Host) -> None:
    head = appliance.run("curl -s -o /dev/null -D - --cacert /etc/zato/pki/ca.crt https://localhost:11223/hello").stdout
    cid = re.findall(r"(?i)x-zato-cid: ([0-9a-f]{32})", head)[0]
    # Somebody else, who would like to be taken for a server
    forged = f"MESSAGE=forged cid={cid}\\nSYSLOG_IDENTIFIER=zato-server-1\\nZATO_CID={cid}\\n"
    appliance.run(f"systemd-run --wait -q --uid=nobody sh -c \"printf '{forged}' | logger --journald\"")
    appliance.run(f"logger 'not of zato {cid}'")
    appliance.run("journalctl --sync")
    as_root = json.loads(appliance.run(f"zato log --json {cid}").stdout)["lines"]
    assert {line["process"] for line in as_root} == {"haproxy", "server-1"}
    assert {line["cid"] for line in as_root} == {cid}
    by_api = json.loads(appliance.run(f"zato log --json --server 1 {cid}").stdout)["lines"]
    assert by_api == as_root
    # Following goes on in another file
    last = json.loads(appliance.run("zato log --json -n 1").stdout)["lines"][0]
    appliance.run("journalctl --rotate")
    appliance.run("systemctl restart zato-hotdeploy@1")
    since = json.loads(appliance.run(f"zato log --json --since {last['at']} --process hotdeploy").stdout)["lines"]
    assert any("Started" in line["message"] for line in since)
    journal = "setpriv --reuid=zato --regid=zato --init-groups journalctl -q -o cat --no-pager _UID=0"
    assert appliance.run(journal, check=False).stdout == ""
    (appliance.root / "usr/local/lib/ask.py").write_text(ASK_FOR_THE_LOG)
    for user, allowed in (("zato", True), ("zato-tls", False), ("zato-lb", False), ("nobody", False)):
        groups = "--clear-groups" if user == "nobody" else "--init-groups"
        ask = f"/usr/lib/zato/venv/bin/python -I /usr/local/lib/ask.py {cid}"
        done = appliance.run(f"cd /; setpriv --reuid={user} --regid=$(id -g {user}) {groups} {ask}", check=False)
        assert (done.returncode == 0, "not of zato" in done.stdout) == (allowed, False), (user, done.stderr)
    appliance.run("rm /usr/local/lib/ask.py")


COUNT = """
from zato.server.service import Service

class Count(Service):
    name = 'files.count'

    def handle(self):
        conn = self.out.sql['Files'].conn
        conn.execute('CREATE TABLE IF NOT EXISTS a (b INTEGER)')
        conn.execute('INSERT INTO a VALUES (1)')
        self.response.payload = {'count': len(conn.execute('SELECT b FROM a'))}
"""


ASK_IN_HASTE = """
import os, socket
for _ in range(4):
    if os.fork() == 0:
        break
for _ in range(500):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        try:
            connection.connect('/run/zato/log/read.sock')
        except OSError:
            pass
"""


def test_a_server_that_asks_too_often_closes_no_door_for_good(appliance: Host) -> None:
    python = f"/usr/lib/zato/venv/bin/python -I -c {quote(ASK_IN_HASTE)}"
    appliance.run(f"cd /; setpriv --reuid=zato --regid=zato --init-groups {python}; sleep 1")
    assert appliance.run("systemctl show -P ActiveState zato-log.socket").stdout == "active\n"
    assert appliance.run("systemctl show -P TriggerLimitIntervalUSec zato-pki-sign.socket").stdout == "0\n"


def test_services_have_sqlite_files_in_their_directory_and_none_elsewhere(appliance: Host) -> None:
    appliance.run("zato config set outgoing-sql Files url=sqlite:///files.db")
    pinged = appliance.run("zato config ping outgoing-sql Files", check=False)
    assert (pinged.returncode, "is not there yet" in pinged.stdout) == (1, True)
    assert appliance.run("ls /var/lib/zato/sqlite").stdout == ""
    (appliance.root / "root" / "files.py").write_text(COUNT, encoding="utf-8")
    appliance.run("zato service deploy /root/files.py")
    assert '"count":1' in appliance.run("zato service invoke files.count").stdout.replace(" ", "")
    assert appliance.run("stat -c '%U:%G %a %n' /var/lib/zato/sqlite/*").stdout == (
        "zato:zato 640 /var/lib/zato/sqlite/files.db\n"
    )
    for place in ("/run/zato/server-1/draining", "/var/lib/zato/server-1/pickup/a.py", "/etc/zato/server-1/user.toml"):
        refused = appliance.run(f"zato config set outgoing-sql Files url=sqlite:///{place}", check=False)
        assert (refused.returncode, "SQLite takes the name of a file" in refused.stderr) == (1, True)
    appliance.run("zato service undeploy files.py && zato config delete outgoing-sql Files")
    appliance.run("rm /var/lib/zato/sqlite/files.db /root/files.py")


# Each edge with its agent, which has the same user and knows how to get into the ODB, and files by which it could have
# others of its user run programs, and those that it has to write
EDGES = (
    (
        "zato-lighttpd@1",
        "zato-lighttpd-agent@1",
        "zato-tls",
        ("/var/lib/zato/lighttpd-1/lighttpd.conf", "/var/lib/zato/lighttpd-1/request.lua"),
        ("/var/lib/zato/lighttpd-1/lighttpd.pid",),
    ),
    (
        "zato-admin-lighttpd",
        "zato-lighttpd-agent@1",
        "zato-tls",
        ("/var/lib/zato/lighttpd-console/lighttpd.conf", "/var/lib/zato/lighttpd-1/lighttpd.conf"),
        ("/var/lib/zato/lighttpd-console/lighttpd.pid",),
    ),
    ("zato-haproxy", "zato-haproxy-agent", "zato-lb", ("/var/lib/zato/haproxy/haproxy.cfg",), ()),
)
PROBE = "/usr/local/lib/edge_probe.py"


@pytest.fixture
def probe(appliance: Host) -> Iterator[str]:
    appliance.path(PROBE).write_text((REPOSITORY / "tests" / "support" / "edge_probe.py").read_text())
    appliance.run(f"chmod 644 {PROBE}")
    yield PROBE
    appliance.run(f"rm -f {PROBE} /run/systemd/system/zato-probe*.service; systemctl daemon-reload")


def from_inside(host: Host, unit: str, command: str) -> str:
    """What a program says that runs as that of the unit does, but for the notifications of its start."""
    text = host.run(f"systemctl cat {unit}").stdout
    instance = unit.partition("@")[2]
    probe = f"zato-probe@{instance}" if instance else "zato-probe"
    left = (line for line in text.splitlines() if not re.match(r"(Exec|Restart|Type|PartOf|Before|Wants|Kill)", line))
    own = "\n".join(left).replace("[Service]", f"[Service]\nType=oneshot\nExecStart={command}", 1)
    path = host.path(f"/run/systemd/system/zato-probe{'@' if instance else ''}.service")
    path.write_text(own.replace("\n[Install]", "\n[X-Install]"))
    host.run(f"systemctl daemon-reload; systemctl start {probe}")
    return host.run(f"journalctl -q -o cat -u {probe} _TRANSPORT=stdout").stdout.splitlines()[-1]


@pytest.mark.parametrize(("edge", "agent", "user", "closed", "open_"), EDGES, ids=[each[0] for each in EDGES])
def test_an_edge_cannot_look_into_its_agent_nor_write_what_others_go_by(
    appliance: Host, probe: str, edge: str, agent: str, user: str, closed: tuple[str, ...], open_: tuple[str, ...]
) -> None:
    pid = main_pid(appliance, agent)
    said = from_inside(appliance, edge, f"/usr/bin/python3 {probe} {pid} {' '.join((*closed, *open_))}")
    found = json.loads(said)
    assert found["went"] == [f"write {path}" for path in open_], found
    # Nor could another process of that user, outside of the sandbox
    outside = f"setpriv --reuid={user} --regid={user} --clear-groups python3 {probe} {pid}"
    assert json.loads(appliance.run(outside).stdout)["went"] == []
