"""Items of the configuration, one by one and as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from zato.client.calls import API, LONG_SECONDS, Calls, Json, decoded, rehearsed, with_query
from zato.client.transport import segment


class ItemCalls(Calls):
    """Items of the configuration, one by one and as a whole.

    With `dry_run`, what changes something answers with what would change, and changes nothing.
    """

    def kinds(self) -> Json:
        """Kinds of items, with what forms need to know of each field."""
        return self._json("GET", f"{API}/kinds")

    def items(self, kind: str, **query: Any) -> Json:
        """Items of a kind, all unless the query says which, and the revision they were read at.

        The query may have: q, a text in the name or a field; sort (name, -name, revision, -revision); limit; and after,
        for which the answer's `next` is meant.
        """
        return self._json("GET", f"{API}/items/{segment(kind)}", query=query)

    def search(self, text: str, *, limit: int = 50) -> Json:
        """Items of all kinds, and services, that have the text in their names or fields."""
        return self._json("GET", f"{API}/search", query={"q": text, "limit": limit})

    def item(self, kind: str, name: str) -> Json:
        """One item."""
        return self._json("GET", _item(kind, name))

    def create_item(self, kind: str, name: str, value: Mapping[str, Any], *, dry_run: bool = False) -> Json:
        """The new item; secrets made up by the server are in `generated`, this once."""
        body = {"name": name, "value": value}
        return self._json("POST", f"{API}/items/{segment(kind)}", body, query=rehearsed(dry_run))

    def update_item(
        self, kind: str, name: str, value: Mapping[str, Any], revision: int, *, dry_run: bool = False
    ) -> Json:
        """The item with all its fields replaced; `revision` is the one that the change started from."""
        body = {"value": value, "revision": revision}
        return self._json("PUT", _item(kind, name), body, query=rehearsed(dry_run))

    def delete_item(self, kind: str, name: str, revision: int | None = None, *, dry_run: bool = False) -> Json:
        """The revision that deleted the item; without a revision to start from, whatever the item is now."""
        if revision is None:
            revision = int(self.item(kind, name)["revision"])
        return self._json("DELETE", _item(kind, name), query={"revision": revision, **rehearsed(dry_run)})

    def history(self, kind: str, name: str, *, limit: int = 100, **filters: Any) -> Json:
        """Changes of an item, newest first; `filters` as of `changes`."""
        return self._json("GET", f"{_item(kind, name)}/history", query={"limit": limit, **filters})

    def changes(self, *, limit: int = 100, **filters: Any) -> Json:
        """Changes of all items, newest first.

        Filters: kind, name, action, principal, cid, since and until (ISO 8601, with a time zone), and before, for which
        the answer's `next` is meant.
        """
        return self._json("GET", f"{API}/history", query={"limit": limit, **filters})

    def rollback_item(
        self,
        kind: str,
        name: str,
        revision: int,
        *,
        started_from: int | None = None,
        with_security: bool = False,
        dry_run: bool = False,
    ) -> Json:
        """The item as it was at a revision, as a new change; `started_from` is what it is at now, 0 for not there."""
        body = {"revision": revision, "started_from": started_from, **_asked(with_security)}
        return self._json(
            "POST",
            f"{_item(kind, name)}/rollback",
            body,
            query=rehearsed(dry_run),
            timeout_seconds=LONG_SECONDS,
        )

    def rotate_item(self, kind: str, name: str) -> Json:
        """The item with a key that was made up anew, which is in `generated`, this once."""
        return self._json("POST", f"{_item(kind, name)}/rotate", {})

    def ping_item(self, kind: str, name: str) -> Json:
        """Whether an outgoing connection works, and how far it got."""
        return self._json("POST", f"{_item(kind, name)}/ping", {}, timeout_seconds=LONG_SECONDS)

    def try_item(self, kind: str, name: str, value: Mapping[str, Any]) -> Json:
        """Whether an outgoing connection with these values, which are not saved, works, and how far it got."""
        return self._json("POST", f"{_item(kind, name)}/try", {"value": value}, timeout_seconds=LONG_SECONDS)

    def diff(
        self, from_revision: int, to_revision: int | None = None, *, kind: str | None = None, name: str | None = None
    ) -> Json:
        """What differs between two revisions."""
        query = {"from": from_revision, "to": to_revision, "kind": kind, "name": name}
        return self._json("GET", f"{API}/diff", query=query)

    def rollback_all(self, revision: int, *, with_security: bool = False, dry_run: bool = False) -> Json:
        """Make the whole configuration what it was at a revision; security definitions only where asked for."""
        body = {"revision": revision, **_asked(with_security)}
        query = rehearsed(dry_run)
        return self._json("POST", f"{API}/rollback", body, query=query, timeout_seconds=LONG_SECONDS)

    def export(self, *, placeholders: bool = False) -> str:
        """All items as YAML; with ${NAME} for addresses and secrets where asked for."""
        target = with_query(f"{API}/export", {"placeholders": "true"} if placeholders else {})
        return self._send("GET", target, None, "").body.decode("utf-8")

    def import_(
        self,
        document: str,
        mode: Literal["merge", "replace"] = "merge",
        *,
        values: Mapping[str, str] | None = None,
        dry_run: bool = False,
    ) -> Json:
        """Make the items what a YAML document says, all or none, with `values` for its placeholders."""
        query = {"mode": mode, **rehearsed(dry_run)}
        if values is not None:
            body = {"document": document, "values": dict(values)}
            return self._json("POST", f"{API}/import", body, query=query, timeout_seconds=LONG_SECONDS)
        target = with_query(f"{API}/import", query)
        return decoded(
            self._send("POST", target, document.encode("utf-8"), "application/yaml", timeout_seconds=LONG_SECONDS)
        )


def _item(kind: str, name: str) -> str:
    return f"{API}/items/{segment(kind)}/{segment(name)}"


def _asked(with_security: bool) -> Json:
    """Said only where it is wanted: a server of the release before does not know the field."""
    return {"with_security": True} if with_security else {}
