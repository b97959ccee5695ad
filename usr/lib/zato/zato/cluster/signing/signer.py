"""Who signs for servers on other machines: the only one who has the CA's key, and who believes nobody else's checks.

But for `revoke`, which is taken on the word of the server that asks: it takes away, and gives nothing.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from zato.cluster.signing.hosts import own_hosts
from zato.cluster.signing.parts import Part
from zato.cluster.signing.register import IssuedCertificate, Register, Registered, RegisteredServer, RegisteredToken
from zato.cluster.signing.requests import public_keys
from zato.cluster.signing.signed import check_recent, signed_statement
from zato.cluster.signing.statement import Purpose, Statement
from zato.cluster.token import SECRET_BYTES, digest
from zato.core.clock import Clock
from zato.core.errors import Conflict, NotFound, SetupError, Unauthorized
from zato.pki.authority import Authority, Usage
from zato.pki.certificates import fingerprint, to_pem
from zato.pki.names import BALANCER, LOOPBACK

LIFE = timedelta(minutes=30)
"""How long a token can be used unless one says otherwise."""
NUMBER_MAX = 64
REFUSED = (
    "The token was used, has expired or was cancelled, or is not one of this cluster. On the first machine another "
    "one is made by: zato server create --token; where a join has used it and failed then, with --replace and the "
    "server's number, which zato server tokens shows."
)
NOT_BELIEVED = "This is not signed by a server of the cluster with a certificate that is valid."


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """Certificates, the leaf and then the CA, by part; all PEM."""

    server: int
    certificates: dict[str, str]


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token's secret, which is not kept, and what is."""

    secret: bytes
    registered: RegisteredToken


class Signer:
    """Makes tokens, and issues what the holder of a token, or a server of the cluster, may have and nothing else.

    Raises Unauthorized, with the same words for all reasons, where a token or a signature does not hold.
    """

    def __init__(self, directory: Path, clock: Clock) -> None:
        """`directory` has the CA's key."""
        self._authority = Authority(directory, clock)
        self._register = Register(directory)
        self._clock = clock

    def is_here(self) -> bool:
        """This one is."""
        return True

    def registered(self) -> Registered:
        """Tokens that can still be used, and servers on other machines."""
        return _without_expired(self._register.read(), self._clock)

    def new_token(
        self,
        *,
        taken: Collection[int],
        replaces: int | None = None,
        life: timedelta = LIFE,
        balancer: Collection[str] = (),
    ) -> NewToken:
        """A token for the lowest number that no server has, or for that of the server which is to be replaced.

        `taken` are the numbers of all servers that the cluster knows. What it replaces is revoked when it is used.
        `balancer` are names and addresses of the balancer's machine, which no other one gets certificates for, beside
        those in the balancer's own: the signer, who has no network, does not see them.
        """
        now = self._clock.now()
        if balancer:
            self._authority.issued.replace(BALANCER, tuple(dict.fromkeys(balancer)))
        with self._register.changing() as state:
            registered = _without_expired(state[0], self._clock)
            number = replaces if replaces is not None else self._free_number(registered, taken)
            if any(token.server == number for token in registered.tokens):
                raise Conflict(
                    f"There is a token for server {number} already; see zato server tokens.", code="token-exists"
                )
            secret = secrets.token_bytes(SECRET_BYTES)
            token = RegisteredToken(
                digest=digest(secret),
                server=number,
                replaces=replaces is not None,
                created=now,
                expires=now + life,
            )
            state[0] = registered.with_token(token)
        return NewToken(secret, token)

    def cancel_token(self, token_id: str) -> RegisteredToken:
        """Makes a token worthless. Raises NotFound."""
        with self._register.changing() as state:
            registered = _without_expired(state[0], self._clock)
            found = next((token for token in registered.tokens if token.id == token_id), None)
            if found is None:
                raise NotFound(f"There is no token {token_id[:40]!r} that could be used; see zato server tokens.")
            state[0] = registered.without_token(found.digest)
        return found

    def enrol(
        self, secret: bytes, hosts: Collection[str], requests: Mapping[str, str], alive: Collection[int] = ()
    ) -> Signed:
        """Certificates for whoever holds the token, which is spent by that; `hosts` are of its machine.

        `alive` are the numbers of servers that run. Raises Conflict(server-alive) where the token's is one of them, and
        not on the same machine, whose server the machine restarts when it has joined again.
        """
        now = self._clock.now()
        wanted = digest(secret)
        with self._register.changing() as state:
            registered = state[0]
            # All of them, so that the time tells nothing
            matching = [token for token in registered.tokens if hmac.compare_digest(token.digest, wanted)]
            if not matching or matching[0].expires <= now:
                raise Unauthorized(REFUSED)
            token = matching[0]
            own = self._checked_hosts(registered, token.server, hosts)
            before = registered.server(token.server)
            if token.server in alive and (before is None or before.hosts[0] != own[0]):
                raise _alive(token)
            signed, server = self._sign(registered, token.server, own, requests)
            if before is not None:
                revoked = _revoked(before, self._clock)
                server = msgspec.structs.replace(server, certificates=(*revoked.certificates, *server.certificates))
            state[0] = registered.without_token(token.digest).with_server(server)
        return signed

    def renew(self, certificate: str, statement: str, signature: bytes) -> Signed:
        """New certificates for a server, which has signed for them by the one that it has."""
        with self._register.changing() as state:
            server, said = self._believed(state[0], certificate, statement, signature, Purpose.RENEW)
            signed, renewed = self._sign(state[0], server.number, server.hosts, said.requests)
            kept = tuple(each for each in server.certificates if self._clock.now() < each.not_after)
            state[0] = state[0].with_server(
                msgspec.structs.replace(renewed, certificates=(*kept, *renewed.certificates))
            )
        return signed

    def claim(self, number: int) -> None:
        """The number is a server's on this machine; what was issued for one on another machine says nothing any more.

        Raises SetupError(other-server) where another machine has it, and SetupError(number-reserved) where one may get
        it by a token.
        """
        now = self._clock.now()
        with self._register.changing() as state:
            other = state[0].server(number)
            if other is not None and other.is_member(now):
                raise SetupError(
                    f"Server {number} is on another machine, {other.hosts[0]}; start one here under another number, or "
                    f"remove it first with: zato server remove {number}",
                    code="other-server",
                )
            token = next((each for each in state[0].tokens if each.server == number and now < each.expires), None)
            if token is not None:
                raise SetupError(
                    f"The number {number} is reserved for another machine by the token {token.id} until "
                    f"{token.expires:%H:%M} UTC; start a server here under another number, or make the token worthless "
                    f"first with: zato server cancel {token.id}",
                    code="number-reserved",
                )
            state[0] = state[0].without_server(number)

    def leave(self, certificate: str, statement: str, signature: bytes) -> int:
        """The number of the server that leaves; nothing that was issued for it is valid any more.

        It can say so again by what is revoked now, as whoever asks the signer has more to do, and may fail.
        """
        with self._register.changing() as state:
            server, _ = self._believed(state[0], certificate, statement, signature, Purpose.LEAVE)
            state[0] = state[0].with_server(_revoked(server, self._clock))
        return server.number

    def revoke(self, number: int) -> bool:
        """Makes worthless what was issued for the server; False where nothing was."""
        now = self._clock.now()
        with self._register.changing() as state:
            server = state[0].server(number)
            if server is None:
                return False
            state[0] = state[0].with_server(_revoked(server, self._clock))
        return server.is_member(now)

    def _free_number(self, registered: Registered, taken: Collection[int]) -> int:
        now = self._clock.now()
        used = {*taken, *(token.server for token in registered.tokens)}
        used |= {server.number for server in registered.servers if server.is_member(now)}
        free = next((number for number in range(1, NUMBER_MAX + 1) if number not in used), None)
        if free is None:
            raise Conflict(f"The cluster has {NUMBER_MAX} servers, which is the most.", code="too-many-servers")
        return free

    def _checked_hosts(self, registered: Registered, number: int, hosts: Collection[str]) -> tuple[str, ...]:
        now = self._clock.now()
        members = {
            host: each.number
            for each in registered.servers
            if each.number != number and each.is_member(now)
            for host in each.hosts
        }
        return own_hosts(hosts, members, self._authority.issued.holders())

    def _sign(
        self, registered: Registered, number: int, hosts: tuple[str, ...], requests: Mapping[str, str]
    ) -> tuple[Signed, RegisteredServer]:
        authority = to_pem(self._authority.load()).decode()
        certificates: dict[str, str] = {}
        issued: list[IssuedCertificate] = []
        for part, key in public_keys(requests).items():
            name = part.name_of(number)
            names = (*hosts, *LOOPBACK, name) if part.usage is Usage.SERVER else ()
            made = self._authority.certify(name, key, usage=part.usage, hosts=names)
            certificates[part.value] = to_pem(made).decode() + authority
            thumb = fingerprint(made)
            issued.append(
                IssuedCertificate(
                    name=name, serial=f"{made.serial_number:x}", fingerprint=thumb, not_after=made.not_valid_after_utc
                )
            )
        server = RegisteredServer(number=number, hosts=hosts, certificates=tuple(issued))
        return Signed(server=number, certificates=certificates), server

    def _believed(
        self, registered: Registered, certificate: str, statement: str, signature: bytes, purpose: Purpose
    ) -> tuple[RegisteredServer, Statement]:
        """Who has signed this just now, by a certificate that is in the register and valid.

        Raises Conflict(clock-differs) where all of that is so but the time.
        """
        found = signed_statement(certificate, statement, signature, purpose)
        now = self._clock.now()
        server = None if found is None else _holder(registered, fingerprint(found.certificate), purpose, now)
        if found is None or server is None:
            raise Unauthorized(NOT_BELIEVED)
        check_recent(found.statement, Part.SERVER.name_of(server.number), now)
        return server, found.statement


def _holder(registered: Registered, thumb: str, purpose: Purpose, now: datetime) -> RegisteredServer | None:
    """The server that may ask for this by the certificate with that fingerprint."""
    for server in registered.servers:
        # Leaving is repeated where what came after revoking has failed. Once the number is somebody else's it is not
        revoked_will_do = purpose is Purpose.LEAVE and not server.is_member(now)
        name = Part.SERVER.name_of(server.number)
        for each in server.certificates:
            if each.fingerprint == thumb and each.name == name and now < each.not_after:
                return server if each.revoked is None or revoked_will_do else None
    return None


def _alive(token: RegisteredToken) -> Conflict:
    number = token.server
    what_to_do = (
        f"stop it on its machine, with: systemctl stop zato-server@{number}, or wait some seconds if it has just died; "
        "then repeat this"
        if token.replaces
        else "it was started after the token had been made. Make another one, with: zato server create --token"
    )
    return Conflict(
        f"Server {number} is alive, and no other machine can have its number: {what_to_do}.", code="server-alive"
    )


def _without_expired(registered: Registered, clock: Clock) -> Registered:
    now = clock.now()
    return msgspec.structs.replace(
        registered, tokens=tuple(token for token in registered.tokens if now < token.expires)
    )


def _revoked(server: RegisteredServer, clock: Clock) -> RegisteredServer:
    now = clock.now()
    certificates = tuple(
        msgspec.structs.replace(each, revoked=each.revoked or now)
        for each in server.certificates
        if now < each.not_after
    )
    return msgspec.structs.replace(server, certificates=certificates)
