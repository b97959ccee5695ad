"""Requests about one server's machine, which another machine's server cannot answer."""

from __future__ import annotations

from collections.abc import Callable, Collection

from zato.core.errors import NotFound, Unavailable
from zato.odb.members import Members
from zato.serving.http.request_parts import number_in_path


class ServersHere:
    """Which servers are on this machine; the balancer sends such a request to the server that it names."""

    def __init__(self, members: Members, here: Callable[[], Collection[int]]) -> None:
        """`here` returns the numbers of this machine's servers."""
        self._members = members
        self._here = here

    def number(self, text: str, otherwise: str) -> int:
        """The number in a path. Raises NotFound, and Unavailable where the server is on another machine.

        `otherwise` is how that error ends: what shows it on the other machine.
        """
        number = number_in_path(text, "server")
        if number in self._here():
            return number
        known = {server.number: server for server in self._members.servers()}
        if number not in known:
            there = ", ".join(map(str, known)) or "none"
            raise NotFound(f"There is no server {number}; there is: {there}.", code="no-such-server")
        raise Unavailable(
            f"Server {number} is on {known[number].host} and did not get this request: it is down, or the balancer "
            f"sends it none. On that machine {otherwise}",
            code="another-server",
        )
