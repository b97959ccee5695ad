"""An installed appliance, as testinfra finds it over ssh: on hosts that boot here, or on others with --ssh-config."""

from __future__ import annotations

import pytest
from testinfra.host import Host as Machine

from support.ssh import Machines
from support.waiting import eventually

ENABLED = ("zato.target", "zato-haproxy.service", "zato-server@1.service", "zato-admin.service", "zato-pki.timer")
COMPANIONS = (
    *("zato-haproxy-agent", "zato-singleton@1", "zato-hotdeploy@1", "zato-listener@1"),
    *("zato-lighttpd@1", "zato-lighttpd-agent@1"),
    *("zato-admin.socket", "zato-admin-lighttpd"),
)
# Path, user, group, mode
ENTRIES = (
    ("/etc/zato/zato.toml", "root", "zato", 0o640),
    ("/etc/zato/pki/ca.key", "root", "root", 0o400),
    ("/etc/zato/haproxy", "root", "root", 0o755),
    ("/etc/zato/pki/haproxy.key", "zato-lb", "zato-lb", 0o400),
    ("/etc/zato/pki/haproxy-agent.key", "zato-lb", "zato-lb", 0o400),
    ("/etc/zato/pki/lighttpd-1.key", "zato-tls", "zato-tls", 0o400),
    ("/etc/zato/pki/zato-admin.key", "zato-admin", "zato-admin", 0o400),
    ("/etc/zato/pki/zato-admin-lighttpd.key", "zato-tls", "zato-tls", 0o400),
    ("/etc/zato/server-1", "zato", "zato", 0o750),
    ("/var/lib/zato/odb", "zato", "zato", 0o2770),
    ("/var/lib/zato/sqlite", "zato", "zato", 0o700),
    ("/var/lib/zato/server-1/pickup", "zato", "zato", 0o2775),
    ("/var/lib/zato/console", "zato-admin", "zato-admin", 0o700),
    ("/var/lib/zato/console/console.sqlite", "zato-admin", "zato-admin", 0o600),
    ("/var/lib/zato/lighttpd-console", "zato-tls", "zato-tls", 0o700),
    ("/run/zato/haproxy", "zato-lb", "zato", 0o2750),
    ("/run/zato/server-1/front", "zato", "zato-tls", 0o2750),
    ("/run/zato/server-1/edge", "zato-tls", "zato-lb", 0o2750),
    ("/run/zato/server-1/internal", "zato", "zato", 0o700),
)
# Path, user, group
SOCKETS = (
    ("/run/zato/haproxy/admin.sock", "zato-lb", "zato"),
    ("/run/zato/haproxy/status.sock", "zato-lb", "zato"),
    ("/run/zato/server-1/front/http.sock", "zato", "zato-tls"),
    ("/run/zato/server-1/front/health.sock", "zato", "zato-tls"),
    ("/run/zato/server-1/edge/tls.sock", "zato-tls", "zato-lb"),
    ("/run/zato/server-1/internal/http.sock", "zato", "zato"),
    ("/run/zato/console/http.sock", "zato-tls", "zato-tls"),
)


@pytest.fixture(scope="module")
def zato(machines: Machines) -> Machine:
    return machines("appliance")


def test_the_packages_are_installed(zato: Machine) -> None:
    for name in ("zato", "zato-admin", "zato-common", "zato-lb", "zato-server"):
        assert zato.package(name).is_installed, name


def test_the_units_run_and_will_after_the_next_boot(zato: Machine) -> None:
    for name in (*ENABLED, *COMPANIONS):
        assert zato.service(name).is_running, name
    for name in ENABLED:
        assert zato.service(name).is_enabled, name


def test_the_balancer_the_server_and_the_console_listen_and_no_other_port_is_of_zato(zato: Machine) -> None:
    for port in (11223, 8183):
        assert zato.socket(f"tcp://0.0.0.0:{port}").is_listening, port
    for port in (17010, 20151):
        assert zato.socket(f"tcp://127.0.0.1:{port}").is_listening, port
        assert not zato.socket(f"tcp://0.0.0.0:{port}").is_listening, port
    servers = zato.file("/var/lib/zato").listdir()
    expected = {
        "11223",
        "8183",
        "20151",
        *(str(17009 + int(name.rpartition("-")[2])) for name in servers if name.startswith("server-")),
    }
    listening = zato.check_output("ss -H -l -t -n -p")
    ports = {
        line.split()[3].rpartition(":")[2]
        for line in listening.splitlines()
        if any(f'"{program}"' in line for program in ("haproxy", "lighttpd", "python", "gunicorn"))
    }
    assert ports - {"80"} <= expected, listening  # 80: Debian's own lighttpd


def test_each_part_has_a_user_of_its_own_that_nobody_logs_in_as(zato: Machine) -> None:
    for name in ("zato", "zato-tls", "zato-lb", "zato-admin"):
        user = zato.user(name)
        assert (user.group, user.shell, user.home) == (name, "/usr/sbin/nologin", "/var/lib/zato")
        assert user.groups == [name]
        assert user.uid < 1000


def test_keys_settings_and_directories_belong_to_those_who_need_them(zato: Machine) -> None:
    for path, user, group, mode in ENTRIES:
        entry = zato.file(path)
        assert (entry.user, entry.group, oct(entry.mode)) == (user, group, oct(mode)), path


def test_no_private_key_is_for_more_than_one_user(zato: Machine) -> None:
    assert zato.check_output("find /etc/zato -name '*.key' -perm /077") == ""
    assert zato.file("/etc/zato/pki/ca.crt").mode & 0o004


def test_sockets_belong_to_those_who_may_open_them(zato: Machine) -> None:
    for path, user, group in SOCKETS:
        entry = zato.file(path)
        assert entry.is_socket, path
        assert (entry.user, entry.group) == (user, group), path
        assert not entry.mode & 0o007 or not zato.file(path.rpartition("/")[0]).mode & 0o001, path


def test_the_doctor_finds_nothing(zato: Machine) -> None:
    assert eventually(lambda: zato.run("zato doctor").rc == 0), zato.run("zato doctor").stdout


def test_another_machine_is_answered_by_the_appliances_own_name(zato: Machine, machines: Machines) -> None:
    client = machines("client")
    authority = zato.file("/etc/zato/pki/ca.crt").content_string
    ping = "printf %s '{}' | curl -sS -m 5 --cacert /dev/stdin https://appliance:11223/zato/ping"
    answer = client.run(ping.format(authority))
    assert '"pong": "zato"' in answer.stdout or '"pong":"zato"' in answer.stdout, answer
    assert client.run("curl -sS -m 5 https://appliance:11223/zato/ping").rc == 60  # a stranger's certificate
