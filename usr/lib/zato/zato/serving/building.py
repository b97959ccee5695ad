"""From a configuration and the code it activates to what requests are served from and by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from zato.config.configuration import Configuration
from zato.config.kinds import HttpChannel
from zato.config.kinds.server import SERVER
from zato.config.kinds.service import SERVICE
from zato.config.secrets import SecretBox
from zato.connector.connections import OutgoingConnections
from zato.connector.http_channel import HttpChannelPart
from zato.connector.registry import http_channels
from zato.core.collection import collection_paused
from zato.deployment.loader import CodeSet
from zato.host.settings import ServerSettings
from zato.metrics import Metrics
from zato.security.authentication import SecurityIndex
from zato.security.passwords import Passwords
from zato.service.user_config import UserConfigFile
from zato.serving.asynchronous import AsyncInvocations
from zato.serving.dispatcher import Dispatcher
from zato.serving.http.channels import Channel
from zato.serving.http.cors import cors_of
from zato.serving.http.routes import RouteTable
from zato.serving.limited import LimitedCalls
from zato.serving.limits.admission import Admission
from zato.serving.limits.limit import limit_of, principals_limits
from zato.serving.served_revision import ServedRevision
from zato.serving.snapshot import Snapshot


class RevisionBuilder:
    """Builds what is served. What is the same as in the one before (outgoing connections, counters) is carried over."""

    def __init__(
        self,
        *,
        asynchronous: AsyncInvocations,
        metrics: Metrics,
        secrets: SecretBox,
        passwords: Passwords,
        admission: Admission,
        user_config: UserConfigFile,
        settings: ServerSettings,
        outgoing: OutgoingConnections,
    ) -> None:
        """`outgoing` has no connections yet; `settings` are those that hold until the configuration says others."""
        self._asynchronous = asynchronous
        self._metrics = metrics
        self._secrets = secrets
        self._passwords = passwords
        self._admission = admission
        self._user_config = user_config
        self._settings = settings
        self._outgoing = outgoing
        self._limited = LimitedCalls()

    def outdated(self) -> bool:
        """Whether what the same configuration is served from would be different by now."""
        return self._user_config.changed()

    def build(self, configuration: Configuration, codes: CodeSet, problems: Sequence[str] = ()) -> ServedRevision:
        """A new one. Does not touch the network. `problems` are those of the code, which it adds its own to."""
        with collection_paused():
            return self._built(configuration, codes, problems)

    def _built(self, configuration: Configuration, codes: CodeSet, problems: Sequence[str]) -> ServedRevision:
        self._outgoing = self._outgoing.refreshed(configuration, self._secrets)
        security = SecurityIndex(configuration, self._secrets, self._passwords)
        services = configuration.values(SERVICE)
        snapshot = Snapshot(
            configuration=configuration,
            codes=codes,
            settings=_settings_of(configuration, self._settings),
            security=security,
            limits={
                name: value.time_limit_seconds
                for name, value in services.items()
                if value.time_limit_seconds is not None
            },
            inactive=frozenset(name for name, value in services.items() if not value.active),
            principals=principals_limits(configuration),
            outgoing=self._outgoing,
            user_config=self._user_config.current(),
            problems=(*problems, *security.problems, *self._outgoing.problems),
        )
        dispatcher = Dispatcher(snapshot, self._limited, self._asynchronous)
        return ServedRevision(snapshot, dispatcher, RouteTable(self._routes(snapshot, dispatcher)))

    def _routes(self, snapshot: Snapshot, dispatcher: Dispatcher) -> Iterator[tuple[str, Any, Channel]]:
        for part, name, value in http_channels(snapshot.configuration):
            if not value.active:
                continue
            methods = _answered(value.methods)
            channel = Channel(
                name=name,
                path=value.path,
                methods=methods,
                cors=cors_of(value, methods),
                service=value.service,
                entry=snapshot.codes.services.get(value.service),
                security=value.security,
                part=part,
                content_type=part.response_type(value),
                snapshot=snapshot,
                dispatcher=dispatcher,
                metrics=self._metrics.route(name, value.service),
                max_body_bytes=_body_limit(part, value, snapshot.settings),
                admission=self._admission,
                limit=limit_of("channel", name, value),
            )
            yield value.path, methods, channel


def _answered(methods: tuple[str, ...]) -> tuple[str, ...]:
    """HEAD too, where GET is: what answers GET answers it, and its body is left out."""
    return (*methods, "HEAD") if "GET" in methods else methods


def _body_limit(part: HttpChannelPart, channel: HttpChannel, settings: ServerSettings) -> int:
    return min(channel.max_body_bytes or part.limit(settings), settings.max_body_bytes)


def _settings_of(configuration: Configuration, known: ServerSettings) -> ServerSettings:
    """What the server that `known` is of goes by: its item, or `known` itself where the configuration has none.

    The form of log lines is the one of the start.
    """
    value = configuration.value(SERVER, f"server-{known.number}")
    if value is None:
        return known
    return ServerSettings(**{**value.settings(), "number": known.number, "log_format": known.log_format})
