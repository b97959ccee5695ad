"""What each part of Zato makes of a protocol that was added: run by test_new_protocol.py, in a process of its own."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import Any

from falcon.testing import create_environ
from msgspec import to_builtins
from zato.config.kinds.channel_toy import ChannelToy
from zato.config.kinds.outgoing_toy import OutgoingToy

from zato.admin_api.running_worker import RunningWorker
from zato.config.codec import decode, encode
from zato.config.configuration import EMPTY, Configuration
from zato.config.describing import described_kinds
from zato.config.secrets import SecretBox
from zato.connector.connections import OutgoingConnections
from zato.core.errors import NotFound, TooLarge
from zato.core.principal import Right, Role
from zato.deployment.loader import CodeSet
from zato.deployment.loader.uses import uses_in
from zato.host.settings import ServerSettings
from zato.metrics import Metrics
from zato.odb.log import StoredItem
from zato.openapi import document
from zato.security.authorisation import RIGHTS, right_to_change
from zato.security.hashing import Hashing
from zato.security.passwords import Passwords
from zato.server.service import Service
from zato.service.user_config import UserConfigFile
from zato.serving.building import RevisionBuilder
from zato.serving.http.answer import HttpAnswer
from zato.serving.limits.admission import Admission
from zato.serving.limits.counters import SharedCounters
from zato.serving.loose_ends import loose_ends
from zato.serving.switch import Switch
from zato.testing import ServiceTestClient

DIRECTORY = Path(sys.argv[1])
SOURCE = b"""
from zato.server.service import Service

class Take(Service):
    name = "toys.take"

    def handle(self):
        self.out.toy["Toys"].put(self.request.payload)
        self.response.payload = self.request.payload.upper()
"""
BOX = SecretBox(bytes(32))


class Take(Service):
    """The same, for a test of a service."""

    def handle(self) -> None:
        self.out.toy["Toys"].put(self.request.payload)


def configuration() -> Configuration:
    key = BOX.encrypt("swordfish", kind="outgoing-toy", name="Toys", field="key")
    items = [
        ("outgoing-toy", "Toys", OutgoingToy(box="red", key=key)),
        ("channel-toy", "toys", ChannelToy(service="toys.take", path="/toys", methods=("POST",))),
    ]
    return Configuration.from_items(
        2, [StoredItem(kind, name, number, encode(kind, value)) for number, (kind, name, value) in enumerate(items, 1)]
    )


def kinds() -> None:
    told = {kind.name: kind for kind in described_kinds()}
    assert told["outgoing-toy"].pingable and told["channel-toy"].group == "channels"
    assert right_to_change("outgoing-toy") in RIGHTS[Role.OPERATOR] - {Right.ADMINISTER}
    assert to_builtins(decode("outgoing-toy", "Toys", {"box": "red"})) == {"box": "red", "key": None}


def tests_of_services() -> None:
    client = ServiceTestClient()
    client.invoke(Take, "duck", plain=True)
    assert client.out.toy["Toys"].things == ["duck"]


def code_is_looked_at() -> None:
    uses = uses_in(ast.parse(SOURCE))
    assert [(use.kind, use.name) for use in uses] == [("outgoing-toy", "Toys")]


def serving() -> None:
    codes = CodeSet().with_deployment("toys.py", SOURCE, 1)
    unused: Any = None
    told: list[tuple[str, str, str]] = []
    builder = RevisionBuilder(
        asynchronous=unused,
        metrics=Metrics(),
        secrets=BOX,
        passwords=Passwords(Hashing(lambda: 1)),
        admission=Admission(SharedCounters(), lambda what, name, field: None),
        user_config=UserConfigFile(DIRECTORY / "user.toml"),
        settings=ServerSettings(time_limit_seconds=5),
        outgoing=OutgoingConnections.empty(
            DIRECTORY, lambda kind, name, outcome, seconds: told.append((kind, name, outcome))
        ),
    )
    served = builder.build(configuration(), codes)
    snapshot = served.snapshot
    assert snapshot.problems == ()

    def post(body: str) -> tuple[dict[str, str], list[bytes]]:
        answer = HttpAnswer()
        channel = served.routes.literal("/toys", "POST")
        assert channel is not None
        environ = create_environ("/toys", method="POST", body=body)
        channel.respond(served.dispatcher, environ, "cid", {}, answer)
        _, header, data = answer.finished("POST")
        return dict(header), data

    header, body = post("duck")
    assert (body, header["content-type"]) == ([b"DUCK"], "text/x-toy")
    assert (snapshot.outgoing.toy["Toys"].things, told) == (["duck"], [("toy", "Toys", "ok")])
    try:
        post("too long")
    except TooLarge as error:
        assert "max_body_bytes of the server" in error.message
    try:
        snapshot.outgoing.toy["Dolls"]
    except NotFound as error:
        assert "There is no outgoing toy connection 'Dolls'; configured are: 'Toys'." in error.message

    worker = RunningWorker(Switch(served), unused, BOX)
    assert worker.ping("outgoing-toy", "Toys", "cid").message == "The box red is open."
    described = document(snapshot.configuration, codes.services, title="", version="")
    assert list(described["paths"]["/toys"]["post"]["requestBody"]["content"]) == ["text/x-toy"]


def what_is_missing() -> None:
    codes = CodeSet().with_deployment("toys.py", SOURCE, 1)
    (finding,) = loose_ends(EMPTY, codes.used)
    assert (finding.code, finding.subject) == ("no-such-connection", "outgoing-toy Toys")


for part in (kinds, tests_of_services, code_is_looked_at, serving, what_is_missing):
    part()
    print(part.__name__)
