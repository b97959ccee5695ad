"""What the machine with the CA knows of joining: tokens that are out, and certificates that were issued for servers.

It is in one file that only the CA's owner can read, beside the CA's key. Who runs services cannot change it, so neither
a new certificate nor a revoked one that is good again can be had by changing the ODB.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import msgspec

from zato.core.errors import SetupError
from zato.host.files import write_atomically
from zato.host.locks import exclusive


class RegisteredToken(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A token that nobody has used; `digest` is the SHA-256 of its secret."""

    digest: str
    server: int
    replaces: bool
    """Whether the server is to take the place of one that was there under its number."""
    created: datetime
    expires: datetime

    @property
    def id(self) -> str:
        """What people call it."""
        return self.digest[:8]


class IssuedCertificate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A certificate of a server on a machine of its own."""

    name: str
    serial: str
    fingerprint: str
    not_after: datetime
    revoked: datetime | None = None

    def is_valid(self, now: datetime) -> bool:
        return self.revoked is None and now < self.not_after


class RegisteredServer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A server that has joined; `hosts` are the names and addresses of its machine."""

    number: int
    hosts: tuple[str, ...]
    certificates: tuple[IssuedCertificate, ...]

    def is_member(self, now: datetime) -> bool:
        """Whether any of its certificates is valid."""
        return any(certificate.is_valid(now) for certificate in self.certificates)


class Registered(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that the register has."""

    tokens: tuple[RegisteredToken, ...] = ()
    servers: tuple[RegisteredServer, ...] = ()

    def server(self, number: int) -> RegisteredServer | None:
        return next((server for server in self.servers if server.number == number), None)

    def without_token(self, digest: str) -> Registered:
        return msgspec.structs.replace(self, tokens=tuple(each for each in self.tokens if each.digest != digest))

    def with_token(self, token: RegisteredToken) -> Registered:
        return msgspec.structs.replace(self, tokens=(*self.tokens, token))

    def with_server(self, server: RegisteredServer) -> Registered:
        others = tuple(each for each in self.servers if each.number != server.number)
        return msgspec.structs.replace(self, servers=tuple(sorted((*others, server), key=lambda each: each.number)))

    def without_server(self, number: int) -> Registered:
        return msgspec.structs.replace(self, servers=tuple(each for each in self.servers if each.number != number))


class Register:
    """The file. Whoever changes it has it alone meanwhile."""

    def __init__(self, directory: Path) -> None:
        """`directory` is the CA's."""
        self._directory = directory
        self._path = directory / "enrolment.json"
        self._published = PublishedTokens(directory)

    def exists(self) -> bool:
        """Whether any token was ever made; who cannot read the file may see that."""
        return self._path.exists()

    def read(self) -> Registered:
        """What is known now. Raises SetupError where it cannot be read."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Registered)
        except FileNotFoundError:
            return Registered()
        except OSError as error:
            raise SetupError(f"{self._path} cannot be read: {error.strerror}.", code="register-not-readable") from error
        except msgspec.MsgspecError as error:
            raise SetupError(
                f"{self._path} is damaged ({error}); restore it from a backup. Without it no server can join or renew "
                "its certificates; those that run go on.",
                code="register-damaged",
            ) from error

    @contextmanager
    def changing(self) -> Iterator[list[Registered]]:
        """Yields the list of what is known. What the caller leaves in it is saved, unless the block raises an error."""
        with exclusive(self._directory):
            before = self.read()
            state = [before]
            yield state
            if state[0] != before:
                write_atomically(self._path, msgspec.json.format(msgspec.json.encode(state[0])) + b"\n")
                self._published.write(state[0].tokens)

    def publish(self) -> None:
        """Servers know which tokens are out, also after a restore or with a register of the release before."""
        with self.changing() as state:
            self._published.write(state[0].tokens)


class PublishedTokens:
    """The digests of tokens that are out, for servers, who cannot read the register.

    By them servers know what need not be asked. A digest of so long a secret helps nobody to find it.
    """

    def __init__(self, directory: Path) -> None:
        self._path = directory / "tokens.json"

    def write(self, tokens: tuple[RegisteredToken, ...]) -> None:
        """Writes down that these are all tokens that are out. Only the signer may."""
        expiry = {token.digest: token.expires for token in tokens}
        write_atomically(self._path, msgspec.json.format(msgspec.json.encode(expiry)) + b"\n", mode=0o644)

    def has(self, digest: str, now: datetime) -> bool:
        """Whether there is such a token; not where that is not known."""
        try:
            expiry = msgspec.json.decode(self._path.read_bytes(), type=dict[str, datetime])
        except (OSError, msgspec.MsgspecError):
            return False
        return digest in expiry and now < expiry[digest]
