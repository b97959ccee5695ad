"""The cluster and its servers, the machines that join and leave, and what was done and said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from zato.client.calls import API, LONG_SECONDS, Calls, Json
from zato.client.transport import segment

_PAGE = 1000


class ServerCalls(Calls):
    """The cluster and its servers, the machines that join and leave, and what was done and said."""

    def ping(self) -> Json:
        """The health answer that needs no principal."""
        return self._json("GET", "/zato/ping")

    def status(self) -> Json:
        """Servers, workers, revisions, problems."""
        return self._json("GET", f"{API}/status")

    def summary(self) -> Json:
        """The same, with what there is and what was done of late."""
        return self._json("GET", f"{API}/summary")

    def enrol(self, secret: str, version: str, hosts: Sequence[str], requests: Mapping[str, str]) -> Json:
        """Certificates, settings and the key of secrets, for a machine that becomes a server of the cluster."""
        body = {"secret": secret, "version": version, "hosts": list(hosts), "requests": dict(requests)}
        return self._json("POST", f"{API}/enrol", body)

    def renew_certificates(self, signed: Mapping[str, str]) -> Json:
        """New certificates of a server on a machine of its own."""
        return self._json("POST", f"{API}/enrol/renew", dict(signed))

    def leave(self, signed: Mapping[str, str]) -> Json:
        """The number of the server that has left."""
        return self._json("POST", f"{API}/enrol/leave", dict(signed))

    def drain_server(self, number: int) -> Json:
        """The revision from which the balancer sends a server no new requests."""
        return self._json("POST", f"{API}/servers/{number}/drain", {})

    def ready_server(self, number: int) -> Json:
        """The revision from which it sends a server new requests again."""
        return self._json("POST", f"{API}/servers/{number}/ready", {})

    def remove_server(self, number: int) -> Json:
        """The number of a server that is none of the cluster any more, and whether certificates were revoked."""
        return self._json("DELETE", f"{API}/servers/{number}")

    def audit(self, limit: int = 100, **filters: Any) -> Json:
        """Entries of the audit log, newest first.

        Filters: principal, action, subject (`channel-rest:*` for a beginning), outcome, cid, address, since and until
        (ISO 8601, with a time zone), and before, for which the answer's `next` is meant.
        """
        return self._json("GET", f"{API}/audit", query={"limit": limit, **filters})

    def audit_entries(self, limit: int, **filters: Any) -> Iterator[Json]:
        """So many entries of the audit log, newest first, page by page; filters as of `audit`."""
        while limit > 0:
            page = self.audit(min(limit, _PAGE), **filters)
            yield from page["entries"]
            if page["next"] is None:
                return
            limit -= len(page["entries"])
            filters["before"] = page["next"]

    def log(self, server: int, **query: Any) -> Json:
        """Lines that the processes beside a server have said, and the places before and after them."""
        return self._json("GET", f"{API}/servers/{server}/log", query=query)

    def openapi(self) -> Json:
        """The OpenAPI document of the admin API and the channels."""
        return self._json("GET", f"{API}/openapi.json")

    def certificates(self, server: int) -> Json:
        """Certificates on the machine of a server."""
        return self._json("GET", f"{API}/servers/{server}/certificates")

    def settings_history(self, server: int, *, limit: int = 20) -> Json:
        """Changes of a server's own settings, newest first."""
        return self._json("GET", f"{API}/servers/{server}/settings/history", query={"limit": limit})

    def settings_diff(self, server: int, before: str, after: str | None = None) -> Json:
        """What differs between two commits of a server's own settings."""
        return self._json("GET", f"{API}/servers/{server}/settings/diff", query={"from": before, "to": after})

    def examine(self, server: int) -> Json:
        """What `zato doctor` finds on the machine of a server, with the rights of the user who runs its servers."""
        return self._json("POST", f"{API}/servers/{server}/doctor", {}, timeout_seconds=LONG_SECONDS)

    def joining(self) -> Json:
        """Tokens that nobody has used yet, and servers on machines of their own."""
        return self._json("GET", f"{API}/joining")

    def cancel_joining_token(self, token_id: str) -> Json:
        """The token that is worth nothing any more."""
        return self._json("DELETE", f"{API}/joining/tokens/{segment(token_id)}")

    def broker(self) -> Json:
        """Which broker the cluster has, whether it is there, and what it keeps."""
        return self._json("GET", f"{API}/broker")
