"""What the processes beside a server have said."""

from __future__ import annotations

import socket

from zato.admin_api.here import ServersHere
from zato.admin_api.route import Answer, Call, Route
from zato.admin_api.schemas import log as schemas
from zato.core.errors import InvalidInput, Unavailable
from zato.core.principal import Right
from zato.logbook.query import Query
from zato.logbook.reader import ReadsLog

LOG = "/zato/api/servers/{number}/log"


class LogOperations:
    """Handlers of the routes about the log."""

    def __init__(self, reader: ReadsLog, here: ServersHere) -> None:
        self._reader = reader
        self._here = here

    def routes(self) -> tuple[Route, ...]:
        """The routes, for the table of all."""
        return (
            Route(
                "GET",
                LOG,
                "read-log",
                "What all processes of Zato on the machine of a server have said, in the order in which they said it",
                self.read,
                Right.READ_LOG,
                schemas.Log,
                query=schemas.LogQuery,
                errors=(Unavailable,),
            ),
        )

    def read(self, call: Call) -> Answer:
        """The newest lines, or those before or after a place that an earlier answer has named."""
        number = self._here.number(call.params["number"], "the log is shown by: zato log")
        asked: schemas.LogQuery = call.query
        if asked.before is not None and asked.after is not None:
            raise InvalidInput("Ask for lines before a place or after one, not for both.")
        query = Query(
            cid=asked.cid,
            service=asked.service,
            process=asked.process,
            level=asked.level,
            text=asked.q,
            since=asked.since,
            until=asked.until,
        )
        if asked.after is not None:
            page = self._reader.newer(query, asked.after, asked.limit)
        else:
            page = self._reader.older(query, asked.before, asked.limit)
        return Answer(
            schemas.Log(
                server=number, host=socket.gethostname(), lines=page.lines, before=page.before, after=page.after
            )
        )
