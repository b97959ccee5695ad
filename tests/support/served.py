"""The HTTP application of a worker over a few items and services, in this process: no gunicorn, no ODB, no edge."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import falcon.testing
import msgspec

from support.passwords import AnyPassword
from zato.config.configuration import EMPTY, Configuration
from zato.config.item import Item
from zato.config.secrets import SecretBox
from zato.connector.connections import OutgoingConnections
from zato.core.clock import SystemClock
from zato.core.message import Message
from zato.deployment.loader import CodeSet
from zato.host.settings import ServerSettings
from zato.metrics import Metrics
from zato.security.authentication import SecurityIndex
from zato.service.user_config import UserConfig
from zato.serving.asynchronous import AsyncInvocations
from zato.serving.dispatcher import Dispatcher
from zato.serving.http.app import HttpApplication
from zato.serving.http.own_paths import own_paths
from zato.serving.limited import LimitedCalls
from zato.serving.limits.admission import Admission
from zato.serving.limits.counters import SharedCounters
from zato.serving.limits.limit import principals_limits
from zato.serving.routing import Routes
from zato.serving.served_revision import ServedRevision
from zato.serving.snapshot import Snapshot
from zato.serving.staleness import Staleness, Visits
from zato.serving.switch import Switch


class NoBroker:
    """Takes what is sent."""

    def __init__(self) -> None:
        self.sent: list[Message] = []

    def send(self, message: Message) -> None:
        self.sent.append(message)


def configured(items: Mapping[str, Mapping[str, msgspec.Struct]]) -> Configuration:
    """By kind and name."""
    made = {kind: {name: Item(kind, name, 1, value) for name, value in named.items()} for kind, named in items.items()}
    return Configuration(1, made)


class Served:
    """`items` by kind and name, `source` a file of services; without items, nothing is known yet."""

    def __init__(
        self,
        items: Mapping[str, Mapping[str, msgspec.Struct]] | None = None,
        source: str = "",
        *,
        settings: ServerSettings | None = None,
        looked: Callable[[], float] | None = None,
    ) -> None:
        self.settings = settings or ServerSettings()
        self.metrics = Metrics()
        self.refusals: list[tuple[str, str, str]] = []
        self.admission = Admission(SharedCounters(), lambda *refusal: self.refusals.append(refusal))
        self.configuration = EMPTY if items is None else configured(items)
        self.staleness = Staleness(Visits(), *([looked] if looked else []))
        self.staleness.look_begins()
        self.staleness.look_ends(answered=True)
        self.broker = NoBroker()
        codes = CodeSet().with_deployment("served.py", source.encode(), 1) if source else CodeSet()
        self.switch = Switch(self._revision(codes))
        self.unrouted: list[int] = []
        self.own = own_paths(self.unrouted.append)
        self._app = HttpApplication(self.switch, self.staleness, self.own, self.unrouted.append)
        self._client = falcon.testing.TestClient(self._app)

    def _revision(self, codes: CodeSet) -> ServedRevision:
        snapshot = Snapshot(
            configuration=self.configuration,
            codes=codes,
            security=SecurityIndex(self.configuration, SecretBox(bytes(32)), AnyPassword()),
            settings=self.settings,
            limits={},
            inactive=frozenset(),
            principals=principals_limits(self.configuration),
            outgoing=OutgoingConnections.empty(Path("/nowhere"), lambda *_, **__: None),
            user_config=UserConfig({}),
            problems=(),
        )
        dispatcher = Dispatcher(snapshot, LimitedCalls(), AsyncInvocations(self.broker, SystemClock()))
        routes = Routes(self.metrics, self.admission).of(self.configuration, self.settings)
        return ServedRevision(snapshot, dispatcher, routes)

    def request(self, method: str, path: str, /, *, environ: Mapping[str, Any] | None = None, **more: Any) -> Any:
        """The answer. `environ` is what gunicorn's worker adds."""
        return self._client.simulate_request(method, path, extras=dict(environ or {}), **more)

    def without_type(self, method: str, path: str) -> tuple[str, dict[str, str], bytes]:
        """Status, headers and body of an answer that has no type, which falcon.testing takes for a fault."""
        said: list[Any] = []
        environ = falcon.testing.create_environ(path, method=method)
        body = b"".join(self._app(environ, lambda *found: said.append(found)))
        return said[0][0], dict(said[0][1]), body

    def counted(self) -> dict[tuple[str, str, str], int]:
        """How many requests were counted, by channel, service and status."""
        found: dict[tuple[str, str, str], int] = {}
        for metric in self.metrics.registry.collect():
            for sample in metric.samples:
                labels = sample.labels
                if sample.name == "zato_requests_total" and sample.value:
                    found[labels["channel"], labels["service"], labels["status"]] = int(sample.value)
        return found
