"""Asynchronous messages: dead letters, and those that are held."""

from __future__ import annotations

from collections.abc import Sequence

from zato.client.calls import API, Calls, Json


class MessageCalls(Calls):
    """Asynchronous messages: dead letters, and those that are held."""

    def dead_letters(self, *, limit: int = 100) -> Json:
        """Messages that are not delivered any more, newest first."""
        return self._json("GET", f"{API}/messages/dead", query={"limit": limit})

    def retry_dead_letters(self, ids: Sequence[str] | None) -> Json:
        """How many dead letters, all without ids, are delivered again."""
        return self._json("POST", f"{API}/messages/dead/retry", {"ids": None if ids is None else list(ids)})

    def delete_dead_letters(self, ids: Sequence[str] | None) -> Json:
        """How many dead letters, all without ids, there are no more."""
        return self._json("POST", f"{API}/messages/dead/delete", {"ids": None if ids is None else list(ids)})

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
