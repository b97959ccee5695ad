"""What the cluster does for machines that join it, stay in it and leave it. Who may, the signer decides."""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from zato.cluster.signing.client import Signs
from zato.cluster.signing.register import Registered, RegisteredToken
from zato.cluster.signing.signer import Signed
from zato.config.codec import public
from zato.config.publisher import Author, Publisher
from zato.core.errors import Conflict, NotFound, Unavailable
from zato.core.own_principals import ENROLMENT, server_principal
from zato.host.settings import ClusterSettings
from zato.odb import sharing
from zato.odb.members import Members

_OF_ONE_MACHINE = (
    "hosts",
    "bind",
    "lighttpd_bind",
    "servers",
    "balancer",
    "balancer_name",
    "sqlite_directory",
    "audit_days",
    "history_days",
    "dead_letter_days",
    "deployment_days",
)


@dataclass(frozen=True, slots=True)
class Enrolled:
    """All that the new machine needs beside its own keys. `settings` are those of zato.toml that all machines share."""

    signed: Signed
    authority: str
    settings: Mapping[str, Any]
    secret_key: str
    odb_authority: str | None


class Enrolment:
    """Raises what the signer raises, Unavailable(no-signer) on a machine without it among that."""

    def __init__(
        self,
        signer: Signs,
        publisher: Publisher,
        members: Members,
        *,
        cluster: ClusterSettings,
        authority: Path,
        secret_key: bytes,
    ) -> None:
        """`authority` is the file of the cluster's CA certificate."""
        self._signer = signer
        self._publisher = publisher
        self._members = members
        self._cluster = cluster
        self._authority = authority
        self._secret_key = secret_key

    def enrol(
        self,
        secret: bytes,
        hosts: Collection[str],
        requests: Mapping[str, str],
        *,
        cid: str,
        alive: Collection[int] = (),
    ) -> Enrolled:
        """The machine has a server of the cluster from now on. The first of `hosts` is where the balancer reaches it.

        `alive` are the numbers of servers that run. Raises, before the token is spent, Conflict(server-alive) where it
        is for one of them, and Conflict(odb-not-shared) where another machine cannot use the ODB.
        """
        reason = sharing.why_not_shared(self._cluster.odb)
        if reason is not None:
            raise Conflict(reason, code="odb-not-shared")
        ca, odb_ca = self._authorities()
        signed = self._signer.enrol(secret, hosts, requests, alive)
        self._members.remove_server(signed.server)  # what one of this number that it replaces has left
        self._list(signed.server, next(iter(hosts)), Author(ENROLMENT, cid))
        settings = msgspec.structs.asdict(self._cluster)
        shared = {key: value for key, value in settings.items() if key not in _OF_ONE_MACHINE}
        return Enrolled(signed, ca, shared, base64.b64encode(self._secret_key).decode(), odb_ca)

    def renew(self, certificate: str, statement: str, signature: bytes) -> Signed:
        """New certificates of a server, which asks by the one that it has."""
        return self._signer.renew(certificate, statement, signature)

    def leave(self, certificate: str, statement: str, signature: bytes, *, cid: str) -> int:
        """The number of the server that has left. Can be repeated where it failed."""
        number = self._signer.leave(certificate, statement, signature)
        self._forget(number, Author(server_principal(number), cid))
        return number

    def remove(self, number: int, *, by: Author) -> bool:
        """The server is none of the cluster any more; whether certificates of it were valid until now.

        Whatever of it there is goes, as a join may have failed after the signer had done its part.
        """
        revoked = self._signer.revoke(number)
        self._forget(number, by)
        return revoked

    def registered(self) -> Registered:
        """Tokens that can still be used, and servers on other machines."""
        return self._signer.registered()

    def cancel(self, token_id: str) -> RegisteredToken:
        """The token that is worth nothing from now on. Raises NotFound."""
        return self._signer.cancel_token(token_id)

    def _list(self, number: int, host: str, by: Author) -> None:
        name = f"server-{number}"
        try:
            item = self._publisher.get("server", name)
        except NotFound:
            self._publisher.create("server", name, {"host": host}, by=by)
        else:
            self._publisher.update("server", name, {**public("server", item.value), "host": host}, by=by)

    def _forget(self, number: int, by: Author) -> None:
        with contextlib.suppress(NotFound):  # an earlier attempt came this far, or joining never did
            self._publisher.delete("server", f"server-{number}", by=by)
        self._members.remove_server(number)

    def _authorities(self) -> tuple[str, str | None]:
        """The cluster's own, and the database's where the settings name a file with another one."""
        named = sharing.authority_file(self._cluster)
        try:
            own = self._authority.read_text(encoding="ascii")
            other = None if named in (None, self._authority) else named
            return own, None if other is None else other.read_text(encoding="ascii")
        except (OSError, UnicodeError) as error:
            raise Unavailable(
                f"The CA certificate that another machine needs cannot be read: {error}.", code="authority-not-readable"
            ) from error
