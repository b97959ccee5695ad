"""systemctl reload, while requests flow."""

from __future__ import annotations

from support.appliance import main_pid, outside, servers_in_balancer
from support.documents.written import written
from support.hosts import Host
from support.load import Load, told
from support.scale import times
from support.waiting import eventually

RELOADS = times(1, full=3)


def started(host: Host, unit: str) -> str:
    """What differs once the program has started anew, which it does without a new process of systemd's."""
    if unit == "zato-haproxy":
        return host.run("echo 'show info' | socat - /run/zato/haproxy/admin.sock | grep ^Pid:").stdout
    number = unit.rpartition("@")[2]
    if unit.startswith("zato-server"):
        return host.run(f"pgrep -o -P {main_pid(host, unit)} -f 'zato.server --root'").stdout
    return host.run(f"stat -c %.9Y /var/lib/zato/lighttpd-{number}/lighttpd.pid").stdout


def test_reloading_fails_no_request(two_servers: Host) -> None:
    load_of = Load(outside(two_servers), "/hello", method=("GET", "PUT", "POST"), body=b"{}", seconds=900)
    assert eventually(lambda: servers_in_balancer(two_servers) == 2)
    units = ("zato-haproxy", "zato-lighttpd@1", "zato-lighttpd@2", "zato-server@1", "zato-server@2")
    commands = (
        written("docs/packages.md", "systemctl reload zato-haproxy"),
        *(written("docs/packages.md", "systemctl reload zato-lighttpd@N", {"N": number}) for number in "12"),
        *(written("docs/hot-deployment.md", "systemctl reload zato-server@N", {"N": number}) for number in "12"),
    )
    pids = [main_pid(two_servers, unit) for unit in units]
    with load_of as load:
        for _ in range(RELOADS):
            for unit, command in zip(units, commands, strict=True):
                before = started(two_servers, unit)
                two_servers.run(command)
                assert eventually(lambda unit=unit, before=before: started(two_servers, unit) != before), unit
    assert [main_pid(two_servers, unit) for unit in units] == pids
    print(f"{RELOADS} reloads of {len(units)} units, {len(load.samples)} requests: {told(load.failed())}")
    assert load.failed() == [], told(load.failed())


def test_what_lighttpd_or_haproxy_refuses_is_not_put_in_place(two_servers: Host) -> None:
    settings = two_servers.root / "etc" / "zato" / "zato.toml"
    good = settings.read_text(encoding="utf-8")
    files = [
        two_servers.root / "var" / "lib" / "zato" / name for name in ("haproxy/haproxy.cfg", "lighttpd-1/lighttpd.conf")
    ]
    before = [path.read_bytes() for path in files]
    bad = good.replace('bind = "0.0.0.0"', 'bind = "nowhere.invalid"\nlighttpd_bind = "nowhere.invalid"')
    settings.write_text(bad, encoding="utf-8")
    try:
        for unit in ("zato-haproxy", "zato-lighttpd@1"):
            assert two_servers.run(f"systemctl reload {unit}", check=False).returncode != 0, unit
    finally:
        settings.write_text(good, encoding="utf-8")
    assert [path.read_bytes() for path in files] == before
    assert eventually(lambda: servers_in_balancer(two_servers) == 2)
