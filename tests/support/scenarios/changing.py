"""Versions that change under load, in a package of several modules and in a module that another one imports."""

from __future__ import annotations

import io
import json
import time
import zipfile
from dataclasses import dataclass

from support.cluster import RunningCluster
from support.load import PER_SECOND, Load, Sample, told
from support.scenarios.workers import open_channel

_LOAD_SECONDS = 900.0

# Each answer carries the version of all modules that are deployed together, some of them as it is when the module is
# imported and some as it is at the end of the request
_PACKAGE = {
    "changing/__init__.py": """
import time
from zato.server.service import Service
from changing import left, right

VERSION = {version}

class Show(Service):
    name = 'changing.show'

    def handle(self):
        before = [VERSION, left.VERSION]
        time.sleep(0.005)
        from changing.later import VERSION as later
        self.response.payload = {{'versions': [*before, right.VERSION, right.left.VERSION, later]}}
""",
    "changing/left.py": "VERSION = {version}\n",
    "changing/right.py": "from changing import left\n\nVERSION = {version}\n",
    "changing/later.py": "VERSION = {version}\n",
}
_IMPORTED = "VERSION = {version}\n\ndef current():\n    return VERSION\n"
_IMPORTED_SERVICE = """
from zato.server.service import Service

class Last(Service):
    name = 'changing_numbers.last'

    def handle(self):
        self.response.payload = {{'version': VERSION}}
"""
_IMPORTING = """
import time
import changing_numbers
from changing_numbers import VERSION
from zato.server.service import Service

class Show(Service):
    name = 'changing_importer.show'

    def handle(self):
        before = [VERSION, changing_numbers.VERSION]
        time.sleep(0.005)
        last = self.invoke('changing_numbers.last', {})
        self.response.payload = {'versions': [*before, changing_numbers.current(), last['version']]}
"""
_FILES = {"changing.zip": "/changing/package", "changing_numbers.py": "/changing/importer"}


@dataclass(frozen=True, slots=True)
class Changed:
    """`mixed` answers had more than one version; `stale` ones were asked for after a newer one was reported active."""

    deployments: int
    requests: int
    lowest_rate: float
    failed: list[Sample]
    mixed: list[Sample]
    stale: list[Sample]
    versions_seen: int

    def __str__(self) -> str:
        return (
            f"{self.deployments} deployments under {self.requests} requests (never below {self.lowest_rate:.0f} a "
            f"second): {told(self.failed)}, {len(self.mixed)} of mixed versions, {len(self.stale)} of an old one"
        )


def change_versions(cluster: RunningCluster, count: int) -> Changed:
    """Deploy `count` versions, in turn of the package and of the imported module, while both are asked for."""
    api = cluster.api()
    api.deploy("changing.zip", _source("changing.zip", 0))
    api.deploy("changing_numbers.py", _source("changing_numbers.py", 0))
    api.deploy("changing_importer.py", _IMPORTING.encode())
    services = ("changing.show", "changing_importer.show")
    for path, service in zip(_FILES.values(), services, strict=True):
        open_channel(cluster, service, path)
    reported: dict[str, list[tuple[float, int]]] = {name: [] for name in _FILES}
    names = list(_FILES)
    with (
        cluster.pool() as pool,
        _load(pool, names[0]) as first,
        _load(pool, names[1]) as second,
    ):
        for version in range(1, count + 1):
            name = names[version % 2]
            api.deploy(name, _source(name, version))
            reported[name].append((time.monotonic(), version))
    for service in services:
        api.delete_item("channel-rest", service)
    for name in ("changing_importer.py", *_FILES):
        api.undeploy(name)
    return _judged(count, dict(zip(names, (first, second), strict=True)), reported)


def _load(pool: object, name: str) -> Load:
    return Load(pool, _FILES[name], per_second=PER_SECOND // 2, threads=4, seconds=_LOAD_SECONDS)


def _judged(count: int, loads: dict[str, Load], reported: dict[str, list[tuple[float, int]]]) -> Changed:
    failed: list[Sample] = []
    mixed: list[Sample] = []
    stale: list[Sample] = []
    seen = set()
    for name, load in loads.items():
        failed += load.failed()
        for sample in load.samples:
            if sample.status != 200:
                continue
            versions = json.loads(sample.body)["versions"]
            seen.add((name, *versions))
            if len(set(versions)) != 1:
                mixed.append(sample)
            active = max((version for at, version in reported[name] if at < sample.started), default=0)
            if min(versions) < active:
                stale.append(sample)
    return Changed(
        deployments=count,
        requests=sum(len(load.samples) for load in loads.values()),
        lowest_rate=sum(load.lowest_rate() for load in loads.values()),
        failed=failed,
        mixed=mixed,
        stale=stale,
        versions_seen=len(seen),
    )


def _source(name: str, version: int) -> bytes:
    if name.endswith(".py"):
        return (_IMPORTED.format(version=version) + _IMPORTED_SERVICE.format()).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, text in _PACKAGE.items():
            archive.writestr(path, text.format(version=version))
    return buffer.getvalue()
