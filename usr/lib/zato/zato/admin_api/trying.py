"""Outgoing connections are tried: as they are configured, and with values that are not saved."""

from __future__ import annotations

import time

from zato.admin_api.audit_recorder import AuditRecorder
from zato.admin_api.items import ITEM
from zato.admin_api.route import Answer, Call, Route
from zato.admin_api.running_worker import RunningWorker
from zato.admin_api.schemas import items as schemas
from zato.config.item import Item
from zato.config.kinds import KINDS, kind_named
from zato.config.publisher import Publisher
from zato.connector.connection import PingResult
from zato.core.errors import InvalidInput, Unavailable, ZatoError
from zato.core.principal import Right
from zato.serving.http.request_parts import key_in_path

_LOOKS = 100
_BETWEEN_LOOKS_SECONDS = 0.02


class ConnectionTrials:
    """Handlers of the routes by which somebody sees whether a connection works."""

    def __init__(self, *, publisher: Publisher, worker: RunningWorker, recorder: AuditRecorder) -> None:
        self._publisher = publisher
        self._worker = worker
        self._recorder = recorder

    def routes(self) -> tuple[Route, ...]:
        """The routes, for the table of all."""
        return (
            Route(
                "POST",
                ITEM + "/ping",
                "ping-item",
                "Try an outgoing connection",
                self.ping,
                Right.OPERATE,
                schemas.Ping,
            ),
            Route(
                "POST",
                ITEM + "/try",
                "try-item",
                "Try an outgoing connection with values that are not saved; the name may be of no item yet",
                self.try_out,
                None,
                schemas.Ping,
                request=schemas.UnsavedItem,
            ),
        )

    def ping(self, call: Call) -> Answer:
        kind, name = key_in_path(call.params)
        _require_pingable(kind)
        self._wait_for(self._publisher.get(kind, name))
        return _pinged(self._worker.ping(kind, name, call.cid))

    def try_out(self, call: Call) -> Answer:
        kind, name = key_in_path(call.params)
        _require_pingable(kind)
        body: schemas.UnsavedItem = call.body
        try:
            result = self._worker.try_out(self._publisher.unsaved(kind, name, body.value), call.cid)
        except ZatoError as error:
            self._recorder.note("try-item", f"{kind}:{name}", call.by, error)
            raise
        self._recorder.done("try-item", f"{kind}:{name}", call.by)
        return _pinged(result)

    def _wait_for(self, item: Item) -> None:
        """A ping that follows a change at once is about the change. Raises Unavailable where it does not get here."""
        for _ in range(_LOOKS):
            if self._worker.current().configuration.revision >= item.revision:
                return
            time.sleep(_BETWEEN_LOOKS_SECONDS)
        raise Unavailable(
            f"This worker has not applied revision {item.revision} of {item.name} yet; try again.",
            code="not-applied-yet",
            retry_after_seconds=1,
        )


def _require_pingable(kind: str) -> None:
    if not kind_named(kind).pingable:
        those = " and ".join(name for name, each in KINDS.items() if each.pingable)
        raise InvalidInput(f"Only {those} can be pinged, not {kind}.", code="not-pingable")


def _pinged(result: PingResult) -> Answer:
    return Answer(
        schemas.Ping(ok=result.ok, stage=result.stage, message=result.message, ms=round(result.milliseconds, 1))
    )
