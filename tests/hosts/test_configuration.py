"""The configuration repository of an appliance's server: root's and others' edits beside the admin API."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

from support.hosts import Host
from support.waiting import eventually

EDITS = 10
_EDIT = """
set -e
useradd -M zeus
cd /etc/zato/server-1
for n in $(seq 1 {edits}); do
    sed "/^max_body_bytes/d" server.toml > .zeus && echo "max_body_bytes = $((200000 + n))" >> .zeus
    chown zeus:zato .zeus && chmod 640 .zeus && mv .zeus server.toml
    for try in $(seq 1 100); do
        zato server config history 1 --limit 100 | grep -q "zeus.*max_body_bytes = $((200000 + n))" && break
        sleep 0.1
    done
done
"""
_API = """
for n in $(seq 1 {edits}); do
    until zato config set server server-1 threads_max=$((300 + n)); do sleep 0.1; done
done
"""


def history(host: Host) -> list[tuple[str, str]]:
    found = json.loads(host.run("zato --json server config history 1 --limit 200").stdout)
    return [(each["by"], each["change"]) for each in found["changes"]]


def test_edits_by_hand_and_through_the_admin_api_at_the_same_time_are_all_there_with_who_made_them(
    appliance: Host,
) -> None:
    with ThreadPoolExecutor() as threads:
        writers = [threads.submit(appliance.run, script.format(edits=EDITS)) for script in (_EDIT, _API)]
    for writer in writers:
        writer.result()
    last = {("zeus", f"max_body_bytes = {200_000 + EDITS}"), ("admin", f"threads_max = {300 + EDITS}")}
    assert eventually(lambda: last <= {*history(appliance)})
    made = history(appliance)
    for number in range(1, EDITS + 1):
        assert made.count(("zeus", f"max_body_bytes = {200_000 + number}")) == 1
        assert made.count(("admin", f"threads_max = {300 + number}")) == 1
    print(
        f"{2 * EDITS} edits by hand and through the admin API at the same time: all in the history, with who made them"
    )
    value = json.loads(appliance.run("zato --json config get server server-1").stdout)["value"]
    assert (value["max_body_bytes"], value["threads_max"]) == (200_000 + EDITS, 300 + EDITS)
    appliance.run("zato config set server server-1 threads_max=null max_body_bytes=null; userdel zeus")


def test_what_root_breaks_never_reaches_the_server_not_even_with_its_restart(appliance: Host) -> None:
    appliance.run("cd /etc/zato/server-1 && cp -a server.toml /root/ && echo 'workers = none' >> server.toml")
    refused = "cat /etc/zato/server-1/server.toml.error"
    assert eventually(lambda: "not valid TOML" in appliance.run(refused, check=False).stdout)
    found = json.loads(appliance.run("zato doctor --json", check=False).stdout)["findings"]
    assert [(each["subject"], each["remedy"]) for each in found] == [("settings", refused)]
    appliance.run("systemctl restart zato-server@1")
    ping = "curl -sf -m 2 --cacert /etc/zato/pki/ca.crt https://localhost:11223/zato/ping"
    assert eventually(lambda: "ZATO_OK" in appliance.run(ping, check=False).stdout)
    appliance.run("cp -a /root/server.toml /etc/zato/server-1/server.toml")
    assert eventually(lambda: appliance.run(refused, check=False).returncode != 0)


def test_what_root_edits_is_roots_and_can_be_rolled_back(appliance: Host) -> None:
    (before, *_) = json.loads(appliance.run("zato --json server config history 1").stdout)["changes"]
    appliance.run("echo 'drain_seconds = 3.5' >> /etc/zato/server-1/server.toml")
    assert eventually(lambda: history(appliance)[0] == ("root", "drain_seconds = 3.5"))
    appliance.run("echo \"currency = 'EUR'\" > /etc/zato/server-1/user.toml")
    assert eventually(lambda: history(appliance)[0] == ("root", "user.toml edited"))
    appliance.run(f"zato server config rollback 1 {before['commit']}")
    assert eventually(lambda: ("admin", "no drain_seconds") in history(appliance))
    assert eventually(lambda: appliance.run("zato server config diff 1").stdout == "Nothing differs.\n")
    assert appliance.run("cat /var/lib/zato/server-1/applied/user.toml").stdout == ""
