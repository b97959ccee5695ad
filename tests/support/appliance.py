"""What the tests of appliances look at: units, balancer, state of the cluster."""

from __future__ import annotations

import json
import re
import ssl
import time
from typing import Any

import urllib3

from support.documents.written import written
from support.hosts import Host
from support.waiting import PATIENCE_SECONDS, eventually
from zato.client.api import ApiClient
from zato.client.transport import HttpsTransport
from zato.core.errors import ZatoError

SERVICE = """
import os
from zato.server.service import Service

class Hello(Service):
    name = 'demo.hello'

    def handle(self):
        self.logger.info('Greeting', user=os.getuid())
        self.response.payload = {'user': os.getuid()}
"""
_HELLO = {"service": "demo.hello", "path": "/hello", "methods": ["GET", "PUT", "POST"]}


def install(host: Host) -> None:
    """Zato from the packages in /root, answering in time."""
    started = time.monotonic()
    host.run(written("docs/packages.md", "apt install ./zato*.deb", {"install": "install -y"}))
    assert answers(host), said(host)
    print(f"apt install, then a ping through the balancer: {time.monotonic() - started:.1f} s")


def said(host: Host) -> str:
    """What Zato's units have said since the host was booted, its requests excepted."""
    shown = written("docs/packages.md", "journalctl -u 'zato-*'", {"journalctl": "journalctl -b"})
    return host.run(f'{shown} | grep -v \'"event":"request"\'', check=False).stdout


def deploy_hello(host: Host) -> None:
    """A service behind /hello, out of the pickup directory, that answers with its user's number."""
    (host.root / "root" / "demo.py").write_text(SERVICE, encoding="utf-8")
    (host.root / "root" / "hello.json").write_text(json.dumps(_HELLO), encoding="utf-8")
    host.run("cp /root/demo.py /var/lib/zato/server-1/pickup/")
    assert eventually(lambda: "demo.hello" in host.run("zato service list").stdout)
    host.run("zato config set channel-rest hello --file /root/hello.json")
    assert eventually(lambda: '"user"' in hello(host))


def hello(host: Host) -> str:
    """What /hello answers through the balancer; nothing where it answers no 200."""
    call = "curl -sf -m 2 --cacert /etc/zato/pki/ca.crt https://localhost:11223/hello"
    return host.run(call, check=False).stdout


def answers(host: Host, seconds: float = PATIENCE_SECONDS) -> bool:
    """Whether the balancer passes a ping on to a server before so many seconds are over."""
    ping = written(
        "docs/packages.md",
        "curl --cacert /etc/zato/pki/ca.crt https://localhost:11223/zato/ping",
        {"curl": "curl -sf -m 2"},
    )
    return eventually(lambda: '"ZATO_OK"' in host.run(ping, check=False).stdout, seconds)


def outside(host: Host) -> Any:
    """Clients on another machine than the host's, which keep their connections."""
    context = ssl.create_default_context(cafile=str(host.root / "etc/zato/pki/ca.crt"))
    return urllib3.HTTPSConnectionPool(
        host.address, 11223, ssl_context=context, assert_hostname="localhost", maxsize=16, timeout=60
    )


def units(host: Host) -> list[str]:
    """The services of Zato that the host has loaded, but for those that do one thing and end."""
    text = host.run("systemctl list-units --plain --no-legend --all --type=service 'zato-*'").stdout
    return [line.split()[0] for line in text.splitlines() if not line.startswith(("zato-pki", "zato-log@"))]


def servers_in_balancer(host: Host) -> int:
    """How many servers HAProxy finds well."""
    shown = host.run("echo 'show stat' | socat - /run/zato/haproxy/admin.sock").stdout
    return len(re.findall(r"^servers,server-\d+,.*?,UP,", shown, re.M))


def is_active(host: Host, unit: str) -> bool:
    return host.run(f"systemctl is-active {unit}", check=False).stdout.strip() == "active"


def main_pid(host: Host, unit: str) -> int:
    return int(host.run(f"systemctl show -p MainPID --value {unit}").stdout)


def problems(host: Host) -> list[str]:
    """What is not well, other than workers that a test has killed: these are told of for a minute.

    The command sees the host itself, too, and is a process to start: it is asked once the servers find all well.
    """
    return _unwell(_status_of_servers(host)) or _unwell(status(host))


def _unwell(found: dict[str, Any]) -> list[str]:
    return [text for text in found.get("problems", ["no status"]) if "was last heard of" not in text]


def _status_of_servers(host: Host) -> dict[str, Any]:
    pki = host.root / "etc/zato/pki"
    try:
        asked = HttpsTransport(
            "https://localhost:11223",
            ca=pki / "ca.crt",
            certificate=pki / "admin.crt",
            key=pki / "admin.key",
            address=host.address,
        )
        return ApiClient(asked).status()
    except ZatoError as error:
        return {"problems": [str(error)]}


def status(host: Host) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        host.run(written("docs/packages.md", "zato status", {"zato": "zato --json"}), check=False).stdout or "{}"
    )
    return found
