"""What the processes beside a server have said."""

from __future__ import annotations

import socket
from collections.abc import Callable, Collection

from zato.core.errors import InvalidInput, NotFound, Unavailable
from zato.logbook.query import Query
from zato.logbook.reader import ReadsLog
from zato.odb.members import Members
from zato.security.authorisation import Right
from zato.server.http.admin.reading import number_in_path
from zato.server.http.admin.route import Answer, Call, Route
from zato.server.http.admin.shapes import log as shapes

LOG = "/zato/api/servers/{number}/log"


class LogOperations:
    """Handlers of the routes about the log."""

    def __init__(self, reader: ReadsLog, members: Members, here: Callable[[], Collection[int]]) -> None:
        """`here` tells the numbers of the servers of this machine: what is said of all of them can be read here."""
        self._reader = reader
        self._members = members
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
                shapes.Log,
                query=shapes.LogQuery,
                errors=(Unavailable,),
            ),
        )

    def read(self, call: Call) -> Answer:
        """The newest lines, or those before or after a place that an earlier answer has named."""
        number = number_in_path(call.params["number"], "server")
        self._require_here(number)
        asked: shapes.LogQuery = call.query
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
            shapes.Log(server=number, host=socket.gethostname(), lines=page.lines, before=page.before, after=page.after)
        )

    def _require_here(self, number: int) -> None:
        if number in self._here():
            return
        known = {server.number: server for server in self._members.servers()}
        if number not in known:
            there = ", ".join(map(str, known)) or "none"
            raise NotFound(f"There is no server {number}; there is: {there}.", code="no-such-server")
        raise Unavailable(
            f"Server {number} is on {known[number].host} and did not get this request: it is down, or the balancer "
            "sends it none. On that machine the log is shown by: zato log",
            code="another-server",
        )
