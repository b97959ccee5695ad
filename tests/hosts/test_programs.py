"""Programs of Debian's that are upgraded while Zato runs them."""

from __future__ import annotations

from support.appliance import main_pid, outside, servers_in_balancer
from support.hosts import Host
from support.load import Load, told
from support.waiting import eventually


def test_what_debian_has_replaced_is_what_runs_and_no_request_fails(two_servers: Host) -> None:
    units = ("zato-lighttpd@1", "zato-lighttpd@2", "zato-haproxy")
    before = [main_pid(two_servers, unit) for unit in units]
    replace = " && ".join(
        f"cp {path} {path}.dpkg-new && mv {path}.dpkg-new {path} && dpkg-trigger --by-package=lighttpd {path}"
        for path in ("/usr/sbin/lighttpd", "/usr/sbin/haproxy")
    )
    running = "; ".join(f"readlink /proc/$(systemctl show -P MainPID {unit})/exe" for unit in units)
    with Load(outside(two_servers), "/hello", method=("GET", "PUT", "POST"), body=b"{}", seconds=900) as load:
        two_servers.run(f"{replace} && dpkg --triggers-only -a")
        after = [main_pid(two_servers, unit) for unit in units]
        programs = two_servers.run(running).stdout.split("\n")
        assert eventually(lambda: servers_in_balancer(two_servers) == 2)
    assert load.failed() == [], told(load.failed())
    assert programs[:3] == ["/usr/sbin/lighttpd", "/usr/sbin/lighttpd", "/usr/sbin/haproxy"], programs
    assert [one == other for one, other in zip(before, after, strict=True)] == [False, False, True]
    # What runs what is installed is left alone
    two_servers.run("dpkg-trigger --by-package=lighttpd /usr/sbin/lighttpd && dpkg --triggers-only -a")
    assert [main_pid(two_servers, unit) for unit in units] == after
