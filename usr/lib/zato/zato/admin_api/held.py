"""Holding what the cluster sends by itself, and letting it go."""

from __future__ import annotations

from zato.admin_api.route import Answer, Call, Route
from zato.admin_api.schemas import messages as schemas
from zato.admin_api.schemas.values import PageQuery
from zato.broker.protocol import DeadLetters
from zato.core.clock import Clock
from zato.core.errors import Conflict, NotFound, Unavailable
from zato.core.principal import Right
from zato.odb.audit import AuditEntry
from zato.odb.held_messages import HeldMessage, HeldMessages
from zato.odb.state import State

HELD = "/zato/api/held"


class HoldOperations:
    """Handlers of the routes about what is held."""

    def __init__(self, *, state: State, held: HeldMessages, dead_letters: DeadLetters, clock: Clock) -> None:
        self._state = state
        self._held = held
        self._dead_letters = dead_letters
        self._clock = clock

    def routes(self) -> tuple[Route, ...]:
        """The routes, for the table of all."""
        return (
            Route(
                "PUT",
                HELD,
                "hold",
                "Have what goes out, such as asynchronous messages, wait; requests are answered",
                self.hold,
                Right.OPERATE,
                schemas.Released,
                request=schemas.HoldReason,
            ),
            Route(
                "GET",
                f"{HELD}/messages",
                "list-held-messages",
                "Messages that wait in the ODB, oldest first",
                self.list,
                Right.READ,
                schemas.HeldMessages,
                query=PageQuery,
            ),
            Route(
                "POST",
                f"{HELD}/messages/discard",
                "discard-held-messages",
                "Delete messages that are held, for good",
                self.discard,
                Right.OPERATE,
                schemas.MessageCount,
                request=schemas.WhichMessages,
                errors=(NotFound, Conflict),
            ),
            Route("DELETE", HELD, "release", "Let what is held go", self.release, Right.OPERATE, schemas.Released),
        )

    def hold(self, call: Call) -> Answer:
        reason: schemas.HoldReason = call.body
        changed = self._state.hold(reason.reason, self._entry(call, "hold", reason.reason))
        return Answer(schemas.Released(changed=changed, messages=self._waiting()))

    def release(self, call: Call) -> Answer:
        changed = self._state.release(self._entry(call, "release", None))
        return Answer(schemas.Released(changed=changed, messages=self._waiting()))

    def list(self, call: Call) -> Answer:
        query: PageQuery = call.query
        return Answer(schemas.HeldMessages(messages=[_shown(each) for each in self._held.list(query.limit)]))

    def discard(self, call: Call) -> Answer:
        which: schemas.WhichMessages = call.body
        subject = "all" if which.ids is None else f"{len(which.ids)} messages"
        count = self._held.discard(which.ids, self._entry(call, "discard-held-messages", subject))
        if which.ids and not count:
            raise NotFound(f"No message {', '.join(which.ids[:3])} is held.", code="no-such-message")
        return Answer(schemas.MessageCount(count=count))

    def _waiting(self) -> int | None:
        try:
            return self._dead_letters.counts().waiting
        except Unavailable:
            return None

    def _entry(self, call: Call, action: str, detail: str | None) -> AuditEntry:
        by = call.by
        return AuditEntry(
            self._clock.now(), by.principal, by.cid, action, "cluster", "ok", detail=detail, origin=by.origin
        )


def _shown(message: HeldMessage) -> schemas.HeldMessage:
    return schemas.HeldMessage(
        id=message.id,
        service=message.service,
        cid=message.cid,
        sent=message.sent,
        principal=message.principal,
        origin=message.origin,
        origin_name=message.origin_name,
        begun=message.begun,
        payload_bytes=message.payload_bytes,
    )
