"""The routes of the channels of a configuration, made from those of the one before."""

from __future__ import annotations

from collections.abc import Iterator

from zato.config.configuration import EMPTY, Configuration
from zato.config.item import Item
from zato.config.kinds import HttpChannel
from zato.connector.http_channel import HttpChannelPart
from zato.connector.registry import http_channel_parts
from zato.host.settings import ServerSettings
from zato.metrics import Metrics
from zato.serving.http.channels import Channel
from zato.serving.http.cors import cors_of
from zato.serving.http.routes import RouteTable
from zato.serving.limits.admission import Admission
from zato.serving.limits.limit import limit_of

_Changed = tuple[HttpChannelPart, Item | None, Item | None]


class Routes:
    """A channel is made anew where its item or the server's settings have changed; all others are shared."""

    def __init__(self, metrics: Metrics, admission: Admission) -> None:
        self._metrics = metrics
        self._admission = admission
        self._configuration = EMPTY
        self._settings: ServerSettings | None = None
        self._table: RouteTable[Channel] = RouteTable()

    def of(self, configuration: Configuration, settings: ServerSettings) -> RouteTable[Channel]:
        """The routes of a configuration, where a server has these settings."""
        if settings != self._settings:
            self._configuration, self._table = EMPTY, RouteTable()
        changed = list(_changed(self._configuration, configuration))
        if changed:
            # What goes first: a route may have gone over from one channel to another
            self._table = self._table.changed(
                ((before.path, _answered(before)) for _, item, _ in changed if (before := _active(item)) is not None),
                (
                    (value.path, _answered(value), self._channel(part, item.name, value, settings))
                    for part, _, item in changed
                    if item is not None and (value := _active(item)) is not None
                ),
            )
        self._configuration, self._settings = configuration, settings
        return self._table

    def _channel(self, part: HttpChannelPart, name: str, value: HttpChannel, settings: ServerSettings) -> Channel:
        return Channel(
            name=name,
            path=value.path,
            cors=cors_of(value, _answered(value)),
            service=value.service,
            security=value.security,
            part=part,
            content_type=part.response_type(value),
            metrics=self._metrics.route(name, value.service),
            max_body_bytes=_body_limit(part, value, settings),
            admission=self._admission,
            limit=limit_of("channel", name, value),
        )


def _changed(before: Configuration, after: Configuration) -> Iterator[_Changed]:
    """What each item that differs was and is."""
    for part in http_channel_parts():
        old, new = before.items_of(part.kind.name), after.items_of(part.kind.name)
        if old is new:
            continue
        for name, item in new.items():
            was = old.get(name)
            if was is not item:
                yield part, was, item
        for name, item in old.items():
            if name not in new:
                yield part, item, None


def _active(item: Item | None) -> HttpChannel | None:
    if item is None:
        return None
    value = item.value
    assert isinstance(value, HttpChannel)
    return value if value.active else None


def _answered(value: HttpChannel) -> tuple[str, ...]:
    """HEAD too, where GET is: what answers GET answers it, and its body is left out."""
    return (*value.methods, "HEAD") if "GET" in value.methods else value.methods


def _body_limit(part: HttpChannelPart, channel: HttpChannel, settings: ServerSettings) -> int:
    return min(channel.max_body_bytes or part.limit(settings), settings.max_body_bytes)
