"""The socket that clients connect to."""

from __future__ import annotations

from support.appliance import answers
from support.documents.written import written
from support.hosts import Host
from support.waiting import eventually

OTHER_PORT = 11229


def listens(host: Host, port: int) -> bool:
    return host.run(f"ss -Hltn sport = :{port}").stdout != ""


def test_another_port_in_the_settings_holds_after_a_restart_and_the_former_one_is_closed(appliance: Host) -> None:
    assert answers(appliance)
    appliance.run("cp -p /etc/zato/zato.toml /root/zato.toml")
    appliance.run(f"sed -i '/^lb_port/d; 1i lb_port = {OTHER_PORT}' /etc/zato/zato.toml")
    appliance.run(written("docs/packages.md", "systemctl restart zato-haproxy"))
    ping = f"curl -sf -m 2 --cacert /etc/zato/pki/ca.crt https://localhost:{OTHER_PORT}/zato/ping"
    assert eventually(lambda: appliance.run(ping, check=False).returncode == 0)
    assert not listens(appliance, 11223)
    appliance.run("mv /root/zato.toml /etc/zato/zato.toml && systemctl restart zato-haproxy")
    assert answers(appliance)
    assert not listens(appliance, OTHER_PORT)


def test_what_an_operator_has_stopped_refuses_connections(appliance: Host) -> None:
    appliance.run(written("docs/packages.md", "systemctl stop zato-haproxy"))
    assert not listens(appliance, 11223)
    appliance.run("systemctl start zato-haproxy")
    assert answers(appliance)


def test_files_of_administrators_are_taken_up_and_what_haproxy_refuses_is_told(appliance: Host) -> None:
    own = appliance.root / "etc" / "zato" / "haproxy" / "own.cfg"
    own.write_text(f"frontend own\n    bind 127.0.0.1:{OTHER_PORT}\n    http-request return status 418\n")
    try:
        assert eventually(lambda: listens(appliance, OTHER_PORT))
        own.write_text("nonsense here\n")
        status = "zato balancer status --json"
        assert eventually(lambda: "nonsense" in appliance.run(status).stdout)
        assert listens(appliance, OTHER_PORT)
    finally:
        own.unlink()
    assert eventually(lambda: not listens(appliance, OTHER_PORT))
    assert '"ok": true' in appliance.run("zato balancer status --json").stdout
