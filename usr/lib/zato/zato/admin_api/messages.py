"""Asynchronous invocations: sending one, and the dead letters among them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from zato.admin_api.route import Answer, Call, Route
from zato.admin_api.running_worker import RunningWorker
from zato.admin_api.schemas import messages as schemas
from zato.admin_api.services import SERVICES
from zato.broker.protocol import DeadLetters
from zato.core import json
from zato.core.clock import Clock
from zato.core.errors import InvalidInput, NotFound
from zato.core.limits import MESSAGE_BYTES_MAX
from zato.core.message import DeadLetter
from zato.core.principal import Right
from zato.odb.audit import AuditEntry, AuditLog
from zato.serving.http.request import needs_memory

DEAD = "/zato/api/messages/dead"
LOOKED_AT_MAX = 1000
"""Dead letters, the newest ones."""
# As the row or message that it is read from, as text, and in the answer
_IN_FULL_TIMES = 6


class MessageOperations:
    """Handlers of the routes about messages."""

    def __init__(self, *, worker: RunningWorker, dead_letters: DeadLetters, audit: AuditLog, clock: Clock) -> None:
        self._worker = worker
        self._dead_letters = dead_letters
        self._audit = audit
        self._clock = clock

    def routes(self) -> tuple[Route, ...]:
        """The routes, for the table of all."""
        return (
            Route(
                "POST",
                SERVICES + "/{name}/invoke-async",
                "invoke-service-async",
                "Have a service invoked with a JSON message, soon and at least once; answers once the message is safe",
                self.invoke,
                Right.INVOKE,
                schemas.SentMessage,
                request=("application/json",),
                status=202,
                body_bytes_max=MESSAGE_BYTES_MAX,
            ),
            Route(
                "GET",
                DEAD,
                "list-dead-letters",
                "Messages that are not delivered any more, newest first",
                self.list,
                Right.READ,
                schemas.DeadLetters,
                query=schemas.DeadLettersQuery,
            ),
            Route(
                "GET",
                DEAD + "/{message}",
                "get-dead-letter",
                "A dead letter with what was sent to its service",
                self.get,
                Right.READ_LOG,
                schemas.DeadLetterInFull,
            ),
            Route(
                "POST",
                DEAD + "/retry",
                "retry-dead-letters",
                "Have dead letters delivered again",
                self.retry,
                Right.OPERATE,
                schemas.MessageCount,
                request=schemas.WhichMessages,
                errors=(NotFound,),
            ),
            Route(
                "POST",
                DEAD + "/delete",
                "delete-dead-letters",
                "Delete dead letters for good",
                self.delete,
                Right.OPERATE,
                schemas.MessageCount,
                request=schemas.WhichMessages,
                errors=(NotFound,),
            ),
        )

    def invoke(self, call: Call) -> Answer:
        payload = json.decode(call.raw) if call.raw else None
        message = self._worker.invoke_async(call.params["name"], payload, principal=call.principal, cid=call.cid)
        return Answer(schemas.SentMessage(message_id=message.id, service=message.service, cid=message.cid), 202)

    def list(self, call: Call) -> Answer:
        query: schemas.DeadLettersQuery = call.query
        some = _describes_some(query)
        found = _chosen(self._dead_letters.dead(LOOKED_AT_MAX if some else query.limit), query)[: query.limit]
        return Answer(schemas.DeadLetters(messages=[_shown(letter) for letter in found]))

    def get(self, call: Call) -> Answer:
        message_id = call.params["message"]
        for letter in self._dead_letters.dead(LOOKED_AT_MAX):
            if letter.id == message_id:
                needs_memory(call.environ, _IN_FULL_TIMES * letter.payload_bytes)
                payload = self._dead_letters.payload(message_id)
                if payload is not None:
                    return Answer(schemas.DeadLetterInFull(letter=_shown(letter), payload=payload))
        raise NotFound(
            f"There is no dead letter {message_id[:40]!r} among the newest {LOOKED_AT_MAX}; see: zato message list",
            code="no-such-message",
        )

    def retry(self, call: Call) -> Answer:
        return self._done(call, "retry-dead-letters", self._dead_letters.retry)

    def delete(self, call: Call) -> Answer:
        return self._done(call, "delete-dead-letters", self._dead_letters.delete)

    def _done(self, call: Call, action: str, do: Callable[[Sequence[str] | None], int]) -> Answer:
        which: schemas.WhichMessages = call.body
        if which.filter is None:
            return self._counted(call, action, which, do(which.ids))
        if which.ids is not None:
            raise InvalidInput("Name dead letters by ids or by a filter, not by both.")
        ids = [letter.id for letter in _chosen(self._dead_letters.dead(LOOKED_AT_MAX), which.filter)]
        return self._counted(call, action, which, do(ids) if ids else 0)

    def _counted(self, call: Call, action: str, which: schemas.WhichMessages, count: int) -> Answer:
        if which.ids and not count:
            raise NotFound(
                f"There is no dead letter {', '.join(which.ids[:3])}; see: zato message list", code="no-such-message"
            )
        if count:
            subject = which.ids[0] if which.ids is not None and len(which.ids) == 1 else f"{count} messages"
            by = call.by
            entry = AuditEntry(self._clock.now(), by.principal, by.cid, action, subject, "ok", origin=by.origin)
            self._audit.add(None, entry)
        return Answer(schemas.MessageCount(count=count))


def _shown(letter: DeadLetter) -> schemas.DeadLetter:
    return schemas.DeadLetter(
        id=letter.id,
        service=letter.service,
        payload_bytes=letter.payload_bytes,
        cid=letter.cid,
        principal=letter.principal,
        sent=letter.sent,
        died=letter.died,
        attempts=letter.attempts,
        reason=letter.reason,
        origin=letter.origin,
        origin_name=letter.origin_name,
    )


def _chosen(letters: Iterable[DeadLetter], by: schemas.MessagesFilter) -> list[DeadLetter]:
    """Those that all conditions hold of."""
    return [letter for letter in letters if _is_meant(letter, by)]


def _describes_some(by: schemas.MessagesFilter) -> bool:
    """Whether there is any condition."""
    return any(each is not None for each in (by.service, by.principal, by.cid, by.origin, by.q, by.since, by.until))


def _is_meant(letter: DeadLetter, by: schemas.MessagesFilter) -> bool:
    return (
        by.service in (None, letter.service)
        and by.principal in (None, letter.principal)
        and by.cid in (None, letter.cid)
        and by.origin in (None, letter.origin)
        and (by.q is None or by.q.casefold() in letter.reason.casefold())
        and (by.since is None or letter.died >= by.since)
        and (by.until is None or letter.died < by.until)
    )
