"""Asynchronous invocations: sending one, and the dead letters among them."""

from __future__ import annotations

from zato.broker.message import DeadLetter
from zato.core import json
from zato.core.errors import NotFound
from zato.core.limits import MESSAGE_BYTES_MAX
from zato.odb.audit import AuditEntry
from zato.security.authorisation import Right
from zato.server.http.admin.collaborators import AdminCollaborators
from zato.server.http.admin.route import Answer, Call, Route
from zato.server.http.admin.services import SERVICES
from zato.server.http.admin.shapes import messages as shapes
from zato.server.http.admin.shapes.values import PageQuery

DEAD = "/zato/api/messages/dead"


class MessageOperations:
    """Handlers of the routes about messages."""

    def __init__(self, collaborators: AdminCollaborators) -> None:
        self._worker = collaborators.worker
        self._letters = collaborators.letters
        self._audit = collaborators.audit
        self._clock = collaborators.clock

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
                shapes.SentMessage,
                takes=("application/json",),
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
                shapes.DeadLetters,
                query=PageQuery,
            ),
            Route(
                "POST",
                DEAD + "/retry",
                "retry-dead-letters",
                "Have dead letters delivered again",
                self.retry,
                Right.OPERATE,
                shapes.MessageCount,
                takes=shapes.WhichMessages,
                errors=(NotFound,),
            ),
            Route(
                "POST",
                DEAD + "/delete",
                "delete-dead-letters",
                "Delete dead letters for good",
                self.delete,
                Right.OPERATE,
                shapes.MessageCount,
                takes=shapes.WhichMessages,
                errors=(NotFound,),
            ),
        )

    def invoke(self, call: Call) -> Answer:
        payload = json.decode(call.raw) if call.raw else None
        message = self._worker.invoke_async(call.params["name"], payload, principal=call.principal, cid=call.cid)
        return Answer(shapes.SentMessage(message_id=message.id, service=message.service, cid=message.cid), 202)

    def list(self, call: Call) -> Answer:
        query: PageQuery = call.query
        return Answer(shapes.DeadLetters(messages=[_shown(letter) for letter in self._letters.dead(query.limit)]))

    def retry(self, call: Call) -> Answer:
        which: shapes.WhichMessages = call.body
        return self._counted(call, "retry-dead-letters", which, self._letters.retry(which.ids))

    def delete(self, call: Call) -> Answer:
        which: shapes.WhichMessages = call.body
        return self._counted(call, "delete-dead-letters", which, self._letters.delete(which.ids))

    def _counted(self, call: Call, action: str, which: shapes.WhichMessages, count: int) -> Answer:
        if which.ids and not count:
            raise NotFound(
                f"There is no dead letter {', '.join(which.ids[:3])}; see: zato message list", code="no-such-message"
            )
        if count:
            subject = which.ids[0] if which.ids is not None and len(which.ids) == 1 else f"{count} messages"
            by = call.by
            entry = AuditEntry(self._clock.now(), by.principal, by.cid, action, subject, "ok", origin=by.origin)
            self._audit.add(None, entry)
        return Answer(shapes.MessageCount(count=count))


def _shown(letter: DeadLetter) -> shapes.DeadLetter:
    message = letter.message
    return shapes.DeadLetter(
        id=message.id,
        service=message.service,
        payload_bytes=len(message.payload.encode()),
        cid=message.cid,
        principal=message.principal,
        sent=message.sent,
        died=letter.died,
        attempts=letter.attempts,
        reason=letter.reason,
    )
