"""What the suite deploys: services that answer, that send, and that write down what they have done."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from support.chaos.counters import Processing
from support.chaos.open_load import Sending, document

LEDGER = "chaos.jsonl"
"""In the directory of a server: a line for each time that a service was done."""
DATABASE = "chaos"
"""Where the idempotent receiver has its effects: a database, and the outgoing connection of that name."""
EFFECTS = "CREATE TABLE effect (message text PRIMARY KEY, id text NOT NULL)"

FILE = "chaos_services.py"
_SOURCE = """
import glob
import json
import os
import time

from sqlalchemy import text
from zato.server.service import Service

VERSION = {version}


def note(kind, payload, delivery):
    # One write of one line: whatever is killed, the line is there or it is not
    line = json.dumps({{
        'kind': kind, 'id': payload['id'], 'server': os.uname().nodename, 'at': time.time(),
        'message': delivery.id if delivery else '', 'redelivered': bool(delivery and delivery.redelivered),
    }})
    directory = sorted(glob.glob('/var/lib/zato/server-[0-9]*'))[0]
    output = os.open(directory + '/{ledger}', os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
    try:
        os.write(output, (line + chr(10)).encode())
    finally:
        os.close(output)


class Echo(Service):
    name = 'chaos.echo'

    def handle(self):
        self.response.payload = {{'version': VERSION, 'server': os.uname().nodename, 'pid': os.getpid()}}


class Book(Service):
    name = 'chaos.book'

    def handle(self):
        note('book', self.request.payload, None)
        self.response.payload = {{'server': os.uname().nodename}}


class Send(Service):
    name = 'chaos.send'

    def handle(self):
        self.response.payload = {{'cid': self.invoke_async('chaos.receive', self.request.payload)}}


class Receive(Service):
    name = 'chaos.receive'

    def handle(self):
        payload, delivery = self.request.payload, self.request.delivery
        time.sleep(payload.get('seconds', 0))
        if payload.get('once'):
            with self.out.sql['{database}'].session() as session:
                session.execute(
                    text('INSERT INTO effect (message, id) VALUES (:message, :id) ON CONFLICT DO NOTHING'),
                    {{'message': delivery.id, 'id': payload['id']}},
                )
                session.commit()
        note('receive', payload, delivery)
"""
CHANNELS = {
    "chaos.echo": ("/chaos/echo", "GET"),
    "chaos.book": ("/chaos/book", "POST"),
    "chaos.send": ("/chaos/send", "POST"),
}


def source(version: int = 1) -> bytes:
    return _SOURCE.format(version=version, ledger=LEDGER, database=DATABASE).encode()


def channel(service: str, path: str, method: str) -> dict[str, Any]:
    return {"service": service, "path": path, "methods": [method]}


class Requests:
    """Makes requests whose ids are this scenario's alone."""

    def __init__(self, scenario: str) -> None:
        self._scenario = scenario

    def echo(self, number: int) -> Sending:
        identity = f"{self._scenario}-{number}"
        return Sending(identity, "echo", "GET", f"/chaos/echo?id={identity}")

    def book(self, number: int) -> Sending:
        return self._post("book", number, {})

    def send(self, number: int) -> Sending:
        return self._post("send", number, {"seconds": 0.02})

    def send_once(self, number: int) -> Sending:
        return self._post("send", number, {"seconds": 0.02, "once": True})

    def _post(self, kind: str, number: int, more: dict[str, object]) -> Sending:
        identity = f"{self._scenario}-{number}"
        return Sending(identity, kind, "POST", f"/chaos/{kind}", document(id=identity, **more))


def read_ledgers(paths: Iterable[Path], kind: str, scenario: str) -> list[Processing]:
    """What servers wrote of that kind, of the scenario's ids. A last line that is not complete is not there yet."""
    found = []
    for path in paths:
        lines = path.read_text(encoding="utf-8").split("\n")
        for line in lines[:-1]:
            row = json.loads(line)
            if row["kind"] == kind and row["id"].startswith(f"{scenario}-"):
                found.append(Processing(row["id"], row["message"], row["redelivered"], row["server"], row["at"]))
    return found


def asking(identity: str, path: str) -> Sending:
    """A GET of what answers like chaos.echo."""
    return Sending(identity, "echo", "GET", f"{path}?id={identity}")
