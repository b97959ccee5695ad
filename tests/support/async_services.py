"""Services that send and receive asynchronous invocations; what was received is written to a file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.cluster import RunningCluster

_SOURCE = """
import os
import signal
import time

from zato.server.service import BadRequest, Service

class Send(Service):
    name = '{module}.send'

    def handle(self):
        payload = self.request.payload
        self.response.payload = {{'cid': self.invoke_async(payload['service'], payload.get('payload'))}}

class Receive(Service):
    name = '{module}.receive'

    def handle(self):
        payload, delivery = self.request.payload, self.request.delivery
        time.sleep(payload.get('seconds', 0))
        line = '%s %s %s %s %s %s' % (
            payload['n'], delivery.id, delivery.redelivered, delivery.attempt, self.cid, self.principal.name)
        with open({file!r}, 'a') as output:
            output.write(line + os.linesep)
        if delivery.attempt <= payload.get('failures', 0):
            raise RuntimeError('no luck')
        if payload.get('kill'):
            os.kill(os.getpid(), signal.SIGKILL)
        if payload.get('refuse'):
            raise BadRequest('This cannot go well.')
"""


@dataclass(frozen=True, slots=True)
class Received:
    """One invocation of the receiving service, in the order of their ends."""

    n: int
    id: str
    redelivered: bool
    attempt: int
    cid: str
    principal: str


class AsyncServices:
    """The services of one test in a module of its own, deployed in a cluster."""

    def __init__(self, cluster: RunningCluster, module: str, directory: Path) -> None:
        self._client = cluster.api()
        self._module = module
        self._file = directory / "received"
        self._client.deploy(f"{module}.py", _SOURCE.format(module=module, file=str(self._file)).encode())

    def send(self, payload: dict[str, Any], service: str | None = None) -> str:
        """The correlation id that self.invoke_async has returned."""
        message = {"service": service or f"{self._module}.receive", "payload": payload}
        body, _ = self._client.invoke(f"{self._module}.send", message)
        return str(json.loads(body)["cid"])

    def received(self) -> list[Received]:
        if not self._file.exists():
            return []
        rows = (line.split() for line in self._file.read_text(encoding="utf-8").splitlines())
        return [
            Received(int(n), number, redelivered == "True", int(attempt), cid, principal)
            for n, number, redelivered, attempt, cid, principal in rows
        ]
