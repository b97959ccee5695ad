"""Asynchronous messages: dead letters, and those that are held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from zato.client.calls import API, Calls, Json
from zato.client.transport import segment


class MessageCalls(Calls):
    """Asynchronous messages: dead letters, and those that are held."""

    def dead_letters(self, *, limit: int = 100, **filters: Any) -> Json:
        """Messages that are not delivered any more, newest first.

        Filters: service, principal, cid, origin (message, invocation, job or delivery), q (in the reason), since and
        until (ISO 8601, with a time zone).
        """
        return self._json("GET", f"{API}/messages/dead", query={"limit": limit, **filters})

    def dead_letter(self, message_id: str) -> Json:
        """One of them, with what was sent to its service."""
        return self._json("GET", f"{API}/messages/dead/{segment(message_id)}")

    def retry_dead_letters(self, ids: Sequence[str] | None, **filters: Any) -> Json:
        """How many dead letters, all without ids and filters, are delivered again; filters as of `dead_letters`."""
        return self._json("POST", f"{API}/messages/dead/retry", _which(ids, filters))

    def delete_dead_letters(self, ids: Sequence[str] | None, **filters: Any) -> Json:
        """How many dead letters, all without ids and filters, there are no more; filters as of `dead_letters`."""
        return self._json("POST", f"{API}/messages/dead/delete", _which(ids, filters))

    def hold(self, reason: str) -> Json:
        """Whether that is new, and how many messages wait until they are released."""
        return self._json("PUT", f"{API}/held", {"reason": reason})

    def held_messages(self, *, limit: int = 100) -> Json:
        """Messages that wait in the ODB, oldest first."""
        return self._json("GET", f"{API}/held/messages", query={"limit": limit})

    def discard_held_messages(self, ids: Sequence[str] | None) -> Json:
        """How many held messages, all without ids, there are no more."""
        return self._json("POST", f"{API}/held/messages/discard", {"ids": None if ids is None else list(ids)})

    def release(self) -> Json:
        """Whether anything was held, and how many messages go out."""
        return self._json("DELETE", f"{API}/held")


def _which(ids: Sequence[str] | None, filters: Mapping[str, Any]) -> Json:
    """A filter is said only where there is one: a server of the release before does not know the field."""
    given = {name: value for name, value in filters.items() if value is not None}
    which: Json = {"ids": None if ids is None else list(ids)}
    return {**which, "filter": given} if given else which
