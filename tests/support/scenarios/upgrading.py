"""An appliance of two servers that goes from one release to another, while clients on another machine send requests."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.appliance import outside, servers_in_balancer, status
from support.documents.written import written
from support.hosts import Host
from support.load import Load, Sample, told
from support.waiting import eventually

METHODS = ("GET", "PUT", "POST")
USER = "crm"
_UPGRADE_SECONDS = 240.0
_LOAD_SECONDS = 600.0
_ENOUGH = 20  # requests, for all servers to have had one
_PROTECTED = '{"service": "demo.hello", "path": "/protected", "methods": ["GET", "PUT", "POST"], "security": ["crm"]}'


@dataclass(frozen=True, slots=True)
class Upgraded:
    """From the first request to the last, with the packages being put in place between them."""

    version: str
    requests: int
    lowest_rate: float
    slowest_seconds: float
    failed: list[Sample]
    well: bool
    """Both servers in the balancer and `zato status` content, afterwards."""

    def __str__(self) -> str:
        return (
            f"to {self.version}: {self.requests} requests, half of them with a password (never below "
            f"{self.lowest_rate:.0f} a second, slowest {self.slowest_seconds:.1f} s), {told(self.failed)}; "
            f"{'all is well' if self.well else 'NOT all is well'} afterwards"
        )


def protect(host: Host) -> str:
    """A channel that asks for a password, beside /hello; the password."""
    (host.root / "root" / "protected.json").write_text(_PROTECTED, encoding="utf-8")
    created = json.loads(host.run(f"zato --json user create {USER} --role viewer").stdout)
    host.run("zato config set channel-rest protected --file /root/protected.json")
    password = str(created["generated"]["password"])

    def is_known() -> bool:
        with _caller(host, password) as pool:
            return all(pool.request("GET", "/protected", retries=False).status == 200 for _ in range(_ENOUGH))

    # Releases before 4.1 tell lighttpd of a user some seconds later
    assert eventually(is_known)
    return password


def _caller(host: Host, password: str) -> Any:
    pool = outside(host)
    credentials = base64.b64encode(f"{USER}:{password}".encode()).decode()
    pool.headers = {"Authorization": f"Basic {credentials}"}
    return pool


def change_release(host: Host, packages: Sequence[Path], directory: str, password: str) -> Upgraded:
    """Put `packages` in place under a hundred requests a second, upwards or downwards."""
    target = host.root / "root" / directory
    target.mkdir(exist_ok=True)
    for package in packages:
        shutil.copy(package, target)
    with ExitStack() as stack:
        pools = [outside(host), _caller(host, password)]
        loads = [
            stack.enter_context(Load(pool, path, method=METHODS, body=b"{}", per_second=50, seconds=_LOAD_SECONDS))
            for pool, path in zip(pools, ("/hello", "/protected"), strict=True)
        ]
        own = {"install": "install -y", "./zato": f"./{directory}/zato"}
        installation = written("docs/packages.md", "apt install --allow-downgrades ./zato*.deb", own)
        host.run(installation, timeout=_UPGRADE_SECONDS)
        well = eventually(lambda: servers_in_balancer(host) == 2 and status(host).get("ok") is True)
    return Upgraded(
        version=host.run("dpkg-query -W -f '${Version}' zato-common").stdout,
        requests=sum(len(load.samples) for load in loads),
        lowest_rate=sum(load.lowest_rate() for load in loads),
        slowest_seconds=max(load.slowest() for load in loads),
        failed=[sample for load in loads for sample in load.failed()],
        well=well,
    )
