"""The admin API as methods. Each returns what the API answered, decoded; errors are those the server raised."""

from __future__ import annotations

import base64
import json
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlencode

from zato.client.errors import rebuilt
from zato.client.transport import HttpsTransport, Reply, SocketTransport, Transport, segment

Json = dict[str, Any]

_SECONDS = 30.0
# A deployment is checked, staged and activated before it is answered, a service may take its whole time limit.
_LONG_SECONDS = 300.0
_API = "/zato/api"
_PAGE = 1000


class ApiClient:
    """Talks to one cluster. Threads may share it.

    Raises ZatoError subclasses as the server did, with `cid` set; Unavailable(code="unreachable") when nothing answers.
    """

    def __init__(self, transport: Transport, *, principal: str | None = None, authorization: str | None = None) -> None:
        self._transport = transport
        self._headers: dict[str, str] = {}
        if principal is not None:
            self._headers["X-Zato-Principal"] = principal
        if authorization is not None:
            self._headers["Authorization"] = authorization

    @classmethod
    def over_https(
        cls, base_url: str, *, ca: Path, certificate: Path | None = None, key: Path | None = None, hint: str = ""
    ) -> ApiClient:
        """A client known by its certificate. `hint` says how to start what does not answer."""
        return cls(HttpsTransport(base_url, ca=ca, certificate=certificate, key=key, hint=hint))

    @classmethod
    def of_session(cls, base_url: str, token: str, *, ca: Path) -> ApiClient:
        """A client known by the token of a session."""
        transport = HttpsTransport(base_url, ca=ca, certificate=None, key=None)
        return cls(transport, authorization=f"Bearer {token}")

    @classmethod
    def of_user(cls, base_url: str, user: str, password: str, *, ca: Path) -> ApiClient:
        """A client known by a user name and a password."""
        transport = HttpsTransport(base_url, ca=ca, certificate=None, key=None)
        encoded = base64.b64encode(f"{user}:{password}".encode()).decode()
        return cls(transport, authorization=f"Basic {encoded}")

    @classmethod
    def over_socket(cls, path: Path, *, principal: str) -> ApiClient:
        """For Zato's own processes, in the name of `principal`."""
        return cls(SocketTransport(path), principal=principal)

    # State

    def ping(self) -> Json:
        """The health answer that needs no principal."""
        return self._json("GET", "/zato/ping")

    def status(self) -> Json:
        """Servers, workers, revisions, problems."""
        return self._json("GET", f"{_API}/status")

    def whoami(self) -> Json:
        """The principal that this client is, with its roles."""
        return self._json("GET", f"{_API}/whoami")

    # Sessions

    def open_session(self, client: str, **wanted: int) -> Json:
        """A session of the user whose name and password this client has, and its token, this once.

        `client` says what opens it. Wanted may be: seconds, idle_seconds.
        """
        return self._json("POST", f"{_API}/sessions", {"client": client, **wanted})

    def sessions(self, principal: str | None = None, *, everybodys: bool = False) -> Json:
        """One's own sessions, or for an administrator those of somebody else, or of all."""
        query = {"principal": principal, "everybodys": "true" if everybodys else None}
        return self._json("GET", f"{_API}/sessions", query=query)

    def end_session(self, session_id: str = "current") -> Json:
        """The session that is over now."""
        return self._json("DELETE", f"{_API}/sessions/{segment(session_id)}")

    # The first administrator

    def new_first_token(self, seconds: int) -> Json:
        """A one-time token with which somebody becomes an administrator within so many seconds."""
        return self._json("POST", f"{_API}/first-token", {"seconds": seconds})

    def become_first_administrator(self, token: str, name: str, password: str) -> Json:
        """The new administrator's item. Nobody needs to be known for this: the token is the proof."""
        body = {"token": token, "name": name, "password": password}
        return self._json("POST", f"{_API}/first-administrator", body)

    # Machines that join and leave; the token's secret, or a signature, is the proof

    def enrol(self, secret: str, version: str, hosts: Sequence[str], requests: Mapping[str, str]) -> Json:
        """Certificates, settings and the key of secrets, for a machine that becomes a server of the cluster."""
        body = {"secret": secret, "version": version, "hosts": list(hosts), "requests": dict(requests)}
        return self._json("POST", f"{_API}/enrol", body)

    def renew_certificates(self, signed: Mapping[str, str]) -> Json:
        """New certificates of a server on a machine of its own."""
        return self._json("POST", f"{_API}/enrol/renew", dict(signed))

    def leave(self, signed: Mapping[str, str]) -> Json:
        """The number of the server that has left."""
        return self._json("POST", f"{_API}/enrol/leave", dict(signed))

    def drain_server(self, number: int) -> Json:
        """The revision from which the balancer sends a server no new requests."""
        return self._json("POST", f"{_API}/servers/{number}/drain", {})

    def ready_server(self, number: int) -> Json:
        """The revision from which it sends a server new requests again."""
        return self._json("POST", f"{_API}/servers/{number}/ready", {})

    def remove_server(self, number: int) -> Json:
        """The number of a server that is none of the cluster any more, and whether certificates were revoked."""
        return self._json("DELETE", f"{_API}/servers/{number}")

    def audit(self, limit: int = 100, **filters: Any) -> Json:
        """Entries of the audit log, newest first.

        Filters: principal, action, subject (`channel-rest:*` for a beginning), outcome, cid, address, since and until
        (ISO 8601, with a time zone), and before, for which the answer's `next` is meant.
        """
        return self._json("GET", f"{_API}/audit", query={"limit": limit, **filters})

    def audit_entries(self, limit: int, **filters: Any) -> Iterator[Json]:
        """So many entries of the audit log, newest first, page by page; filters as of `audit`."""
        while limit > 0:
            page = self.audit(min(limit, _PAGE), **filters)
            yield from page["entries"]
            if page["next"] is None:
                return
            limit -= len(page["entries"])
            filters["before"] = page["next"]

    def openapi(self) -> Json:
        """The OpenAPI document of the admin API and the channels."""
        return self._json("GET", f"{_API}/openapi.json")

    # Items

    def kinds(self) -> Json:
        """Kinds of items, with what forms need to know of each field."""
        return self._json("GET", f"{_API}/kinds")

    def items(self, kind: str) -> Json:
        """All items of a kind and the revision they were read at."""
        return self._json("GET", f"{_API}/items/{segment(kind)}")

    def item(self, kind: str, name: str) -> Json:
        """One item."""
        return self._json("GET", _item(kind, name))

    # With `dry_run`, what changes something answers with what would change, and changes nothing

    def create_item(self, kind: str, name: str, value: Mapping[str, Any], *, dry_run: bool = False) -> Json:
        """The new item; secrets made up by the server are in `generated`, this once."""
        body = {"name": name, "value": value}
        return self._json("POST", f"{_API}/items/{segment(kind)}", body, query=_rehearsed(dry_run))

    def update_item(
        self, kind: str, name: str, value: Mapping[str, Any], revision: int, *, dry_run: bool = False
    ) -> Json:
        """The item with all its fields replaced; `revision` is the one that the change started from."""
        body = {"value": value, "revision": revision}
        return self._json("PUT", _item(kind, name), body, query=_rehearsed(dry_run))

    def delete_item(self, kind: str, name: str, revision: int | None = None, *, dry_run: bool = False) -> Json:
        """The revision that deleted the item; without a revision to start from, whatever the item is now."""
        if revision is None:
            revision = int(self.item(kind, name)["revision"])
        return self._json("DELETE", _item(kind, name), query={"revision": revision, **_rehearsed(dry_run)})

    def history(self, kind: str, name: str, *, limit: int = 100, **filters: Any) -> Json:
        """Changes of an item, newest first; `filters` as of `changes`."""
        return self._json("GET", f"{_item(kind, name)}/history", query={"limit": limit, **filters})

    def changes(self, *, limit: int = 100, **filters: Any) -> Json:
        """Changes of all items, newest first.

        Filters: kind, name, action, principal, cid, since and until (ISO 8601, with a time zone), and before, for which
        the answer's `next` is meant.
        """
        return self._json("GET", f"{_API}/history", query={"limit": limit, **filters})

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
            query=_rehearsed(dry_run),
            timeout_seconds=_LONG_SECONDS,
        )

    def rotate_item(self, kind: str, name: str) -> Json:
        """The item with a key that was made up anew, which is in `generated`, this once."""
        return self._json("POST", f"{_item(kind, name)}/rotate", {})

    def ping_item(self, kind: str, name: str) -> Json:
        """Whether an outgoing connection works, and how far it got."""
        return self._json("POST", f"{_item(kind, name)}/ping", {}, timeout_seconds=_LONG_SECONDS)

    # The configuration as a whole

    def diff(
        self, from_revision: int, to_revision: int | None = None, *, kind: str | None = None, name: str | None = None
    ) -> Json:
        """What differs between two revisions."""
        query = {"from": from_revision, "to": to_revision, "kind": kind, "name": name}
        return self._json("GET", f"{_API}/diff", query=query)

    def rollback_all(self, revision: int, *, with_security: bool = False, dry_run: bool = False) -> Json:
        """Make the whole configuration what it was at a revision; security definitions only where asked for."""
        body = {"revision": revision, **_asked(with_security)}
        query = _rehearsed(dry_run)
        return self._json("POST", f"{_API}/rollback", body, query=query, timeout_seconds=_LONG_SECONDS)

    def export(self, *, placeholders: bool = False) -> str:
        """All items as YAML; with ${NAME} for addresses and secrets where asked for."""
        target = _target(f"{_API}/export", {"placeholders": "true"} if placeholders else {})
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
        query = {"mode": mode, **_rehearsed(dry_run)}
        if values is not None:
            body = {"document": document, "values": dict(values)}
            return self._json("POST", f"{_API}/import", body, query=query, timeout_seconds=_LONG_SECONDS)
        target = _target(f"{_API}/import", query)
        return _decoded(
            self._send("POST", target, document.encode("utf-8"), "application/yaml", timeout_seconds=_LONG_SECONDS)
        )

    # Deployments and services

    def deploy(self, file_name: str, source: bytes, *, dry_run: bool = False) -> Json:
        """The deployment, active in all workers. Raises what it was refused for."""
        target = _target(f"{_API}/deployments", {"file_name": file_name, **_rehearsed(dry_run)})
        return _decoded(self._send("POST", target, source, "application/octet-stream", timeout_seconds=_LONG_SECONDS))

    def begin_deployment(self, file_name: str, source: bytes) -> Json:
        """The deployment as it begins; `deployment` says what becomes of it."""
        target = _target(f"{_API}/deployments", {"file_name": file_name, "wait": "false"})
        return _decoded(self._send("POST", target, source, "application/octet-stream"))

    def deploy_together(self, files: Mapping[str, bytes], *, dry_run: bool = False) -> Json:
        """The deployments of several files, active in all workers from one moment on. Raises what kept all out."""
        target = f"{_API}/deployments/together"
        body = {
            "files": [{"file_name": name, "source": b64encode(data).decode("ascii")} for name, data in files.items()]
        }
        return self._json("POST", target, body, query=_rehearsed(dry_run), timeout_seconds=_LONG_SECONDS)

    def source(self, deployment_id: int, path: str | None = None) -> bytes:
        """A deployed file, or the file of that path in a zip."""
        target = _target(f"{_API}/deployments/{deployment_id}/source", {"path": path})
        return self._send("GET", target, None, "").body

    def source_files(self, deployment_id: int) -> Json:
        """The files that a deployment consists of."""
        return self._json("GET", f"{_API}/deployments/{deployment_id}/files")

    def deployments(self, file_name: str | None = None, *, limit: int = 100) -> Json:
        """Deployments, newest first."""
        return self._json("GET", f"{_API}/deployments", query={"limit": limit, "file_name": file_name})

    def deployment(self, deployment_id: int) -> Json:
        """One deployment with the workers' reports."""
        return self._json("GET", f"{_API}/deployments/{deployment_id}")

    def activate(self, deployment_id: int, *, dry_run: bool = False) -> Json:
        """An earlier deployment, active again."""
        target = f"{_API}/deployments/{deployment_id}/activate"
        return self._json("POST", target, {}, query=_rehearsed(dry_run), timeout_seconds=_LONG_SECONDS)

    def undeploy(self, file_name: str, *, dry_run: bool = False) -> Json:
        """The revision from which the file's services are gone."""
        target = f"{_API}/deployments/files/{segment(file_name)}"
        return self._json("DELETE", target, query=_rehearsed(dry_run), timeout_seconds=_LONG_SECONDS)

    def undeploy_together(self, file_names: Sequence[str], *, dry_run: bool = False) -> Json:
        """The revision from which the services of several files are gone. Raises what kept all of them there."""
        target = f"{_API}/deployments/together/undeploy"
        body = {"file_names": list(file_names)}
        return self._json("POST", target, body, query=_rehearsed(dry_run), timeout_seconds=_LONG_SECONDS)

    def services(self) -> Json:
        """Deployed services and their channels."""
        return self._json("GET", f"{_API}/services")

    def service(self, name: str) -> Json:
        """A service in full: schemas, docstring, channels, file."""
        return self._json("GET", f"{_API}/services/{segment(name)}")

    def invoke(self, service: str, payload: Any, **request: str | None) -> tuple[bytes, str]:
        """What a service answers to a JSON message, and the media type of that.

        `request` is what the service sees of HTTP: method, path, query, and as JSON objects headers and path_params.
        """
        target = _target(f"{_API}/services/{segment(service)}/invoke", request)
        body = json.dumps(payload).encode("utf-8")
        reply = self._send("POST", target, body, "application/json", timeout_seconds=_LONG_SECONDS)
        return reply.body, reply.content_type

    def invoke_async(self, service: str, payload: Any) -> Json:
        """The message, which is safe, and will be delivered to the service."""
        target = f"{_API}/services/{segment(service)}/invoke-async"
        return _decoded(self._send("POST", target, json.dumps(payload).encode("utf-8"), "application/json"))

    def log(self, server: int, **query: Any) -> Json:
        """Lines that the processes beside a server have said, and the places before and after them."""
        return self._json("GET", f"{_API}/servers/{server}/log", query=query)

    # Packages

    def packages(self) -> Json:
        """Declared packages, and which servers have them."""
        return self._json("GET", f"{_API}/packages")

    def declare_packages(self, requirements: str, *, revision: int, require_hashes: bool, allow_source: bool) -> Json:
        """The declaration with exact versions. Raises what keeps it from being made, such as pip's reason."""
        body = {
            "requirements": requirements,
            "revision": revision,
            "require_hashes": require_hashes,
            "allow_source": allow_source,
        }
        return self._json("PUT", f"{_API}/packages", body, timeout_seconds=_LONG_SECONDS)

    # Messages

    def dead_letters(self, *, limit: int = 100) -> Json:
        """Messages that are not delivered any more, newest first."""
        return self._json("GET", f"{_API}/messages/dead", query={"limit": limit})

    def retry_dead_letters(self, ids: Sequence[str] | None) -> Json:
        """How many dead letters, all without ids, are delivered again."""
        return self._json("POST", f"{_API}/messages/dead/retry", {"ids": None if ids is None else list(ids)})

    def hold(self, reason: str) -> Json:
        """Whether that is new, and how many messages wait until they are released."""
        return self._json("PUT", f"{_API}/held", {"reason": reason})

    def held_messages(self, *, limit: int = 100) -> Json:
        """Messages that wait in the ODB, oldest first."""
        return self._json("GET", f"{_API}/held/messages", query={"limit": limit})

    def discard_held_messages(self, ids: Sequence[str] | None) -> Json:
        """How many held messages, all without ids, there are no more."""
        return self._json("POST", f"{_API}/held/messages/discard", {"ids": None if ids is None else list(ids)})

    def release(self) -> Json:
        """Whether anything was held, and how many messages go out."""
        return self._json("DELETE", f"{_API}/held")

    def delete_dead_letters(self, ids: Sequence[str] | None) -> Json:
        """How many dead letters, all without ids, there are no more."""
        return self._json("POST", f"{_API}/messages/dead/delete", {"ids": None if ids is None else list(ids)})

    def _json(
        self,
        method: str,
        target: str,
        body: Any = None,
        *,
        query: Mapping[str, Any] | None = None,
        timeout_seconds: float = _SECONDS,
    ) -> Json:
        data = None if body is None else json.dumps(body).encode("utf-8")
        content_type = "" if data is None else "application/json"
        reply = self._send(method, _target(target, query or {}), data, content_type, timeout_seconds=timeout_seconds)
        return _decoded(reply)

    def _send(
        self, method: str, target: str, body: bytes | None, content_type: str, *, timeout_seconds: float = _SECONDS
    ) -> Reply:
        headers = {"Accept": "*/*", **self._headers}
        if content_type:
            headers["Content-Type"] = content_type
        reply = self._transport.request(method, target, body, headers, timeout_seconds=timeout_seconds)
        if reply.status >= 400:
            raise rebuilt(reply)
        return reply


def _asked(with_security: bool) -> Json:
    """Said only where it is wanted: a server of the release before does not know the field."""
    return {"with_security": True} if with_security else {}


def _rehearsed(dry_run: bool) -> Json:
    return {"dry_run": "true"} if dry_run else {}


def _item(kind: str, name: str) -> str:
    return f"{_API}/items/{segment(kind)}/{segment(name)}"


def _target(path: str, query: Mapping[str, Any]) -> str:
    given = {name: value for name, value in query.items() if value is not None}
    return f"{path}?{urlencode(given)}" if given else path


def _decoded(reply: Reply) -> Json:
    value = json.loads(reply.body)
    assert isinstance(value, dict)
    return value
