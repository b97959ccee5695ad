"""Asking the signer, which is another user's process where the CA's key is root's: one JSON line each way."""

from __future__ import annotations

import socket
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import BinaryIO, Protocol

import msgspec

from zato.cluster.signing.register import Register, Registered, RegisteredToken
from zato.cluster.signing.signer import Signed, Signer
from zato.core.errors import Conflict, InvalidInput, NotFound, SetupError, Unauthorized, Unavailable, ZatoError

_BYTES_MAX = 64 * 1024
_SECONDS = 20.0
_RAISED: dict[str, type[ZatoError]] = {
    error.__name__: error for error in (Conflict, InvalidInput, NotFound, SetupError, Unauthorized)
}


class Signs(Protocol):
    """What a server asks for; see Signer."""

    def is_here(self) -> bool: ...
    def enrol(
        self, secret: bytes, hosts: Collection[str], requests: Mapping[str, str], alive: Collection[int] = ()
    ) -> Signed: ...
    def renew(self, certificate: str, statement: str, signature: bytes) -> Signed: ...
    def leave(self, certificate: str, statement: str, signature: bytes) -> int: ...
    def revoke(self, number: int) -> bool: ...
    def registered(self) -> Registered: ...
    def cancel_token(self, token_id: str) -> RegisteredToken: ...


class _Enrol(msgspec.Struct, tag="enrol"):
    secret: bytes
    hosts: list[str]
    requests: dict[str, str]
    alive: list[int] = []


class _Renew(msgspec.Struct, tag="renew"):
    certificate: str
    statement: str
    signature: bytes


class _Leave(msgspec.Struct, tag="leave"):
    certificate: str
    statement: str
    signature: bytes


class _Revoke(msgspec.Struct, tag="revoke"):
    number: int


class _Registered(msgspec.Struct, tag="known"):
    pass


class _Cancel(msgspec.Struct, tag="cancel"):
    token_id: str


_Question = _Enrol | _Renew | _Leave | _Revoke | _Registered | _Cancel


class _Answer(msgspec.Struct, omit_defaults=True):
    signed: Signed | None = None
    number: int | None = None
    done: bool | None = None
    registered: Registered | None = msgspec.field(name="known", default=None)
    token: RegisteredToken | None = None
    raised: str | None = None
    code: str = ""
    message: str = ""


class SigningClient:
    """The signer behind a unix socket. Raises Unavailable(no-signer) on a machine that has none."""

    def __init__(self, path: Path, authority_key: Path) -> None:
        """`authority_key` is the CA's, beside the register; this process cannot read it, on the machine that has it."""
        self._path = path
        self._authority_key = authority_key

    def is_here(self) -> bool:
        """Whether this machine has the signer."""
        return self._path.exists()

    def enrol(
        self, secret: bytes, hosts: Collection[str], requests: Mapping[str, str], alive: Collection[int] = ()
    ) -> Signed:
        return _signed(self._ask(_Enrol(secret, list(hosts), dict(requests), list(alive))))

    def renew(self, certificate: str, statement: str, signature: bytes) -> Signed:
        return _signed(self._ask(_Renew(certificate, statement, signature)))

    def leave(self, certificate: str, statement: str, signature: bytes) -> int:
        return self._ask(_Leave(certificate, statement, signature)).number or 0

    def revoke(self, number: int) -> bool:
        # Where the socket is lost, say, by a restored backup, something may well have been issued
        if self._authority_key.exists() and not Register(self._authority_key.parent).exists():
            return False
        return bool(self._ask(_Revoke(number)).done)

    def registered(self) -> Registered:
        if self._authority_key.exists() and not Register(self._authority_key.parent).exists():
            return Registered()  # no token was ever made, and so nobody listens
        return self._ask(_Registered()).registered or Registered()

    def cancel_token(self, token_id: str) -> RegisteredToken:
        found = self._ask(_Cancel(token_id)).token
        if found is None:
            raise Unavailable("The signer's answer is not one to this question.", code="signer-failed")
        return found

    def _ask(self, question: _Question) -> _Answer:
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(_SECONDS)
                connection.connect(str(self._path))
                connection.sendall(msgspec.json.encode(question) + b"\n")
                answer = msgspec.json.decode(b"".join(iter(lambda: connection.recv(65536), b"")), type=_Answer)
        except (FileNotFoundError, ConnectionRefusedError) as error:
            raise no_signer() from error
        except (OSError, msgspec.MsgspecError) as error:
            raise Unavailable(
                f"The signer did not answer ({error}); journalctl -u 'zato-pki-sign@*' on its machine says why.",
                code="signer-failed",
            ) from error
        if answer.raised is None:
            return answer
        found = _RAISED.get(answer.raised, SetupError)(answer.message)
        found.code = answer.code
        raise found


def answer(signer: Signer, asked: BinaryIO, said: BinaryIO) -> None:
    """Answers one question. What is refused is an answer, too."""
    try:
        question = msgspec.json.decode(asked.readline(_BYTES_MAX), type=_Question)
        reply = _answered(signer, question)
    except ZatoError as error:
        reply = _Answer(raised=type(error).__name__, code=error.code, message=error.message)
    except msgspec.MsgspecError as error:
        reply = _Answer(raised=InvalidInput.__name__, code=InvalidInput.code, message=f"This is no question: {error}.")
    said.write(msgspec.json.encode(reply) + b"\n")
    said.flush()


def no_signer() -> Unavailable:
    """This machine has not got the CA's key; another one of the cluster may."""
    return Unavailable(
        "The machine of this server signs no certificates; the one with the cluster's CA does.",
        code="no-signer",
        retry_after_seconds=1,
    )


def _answered(signer: Signer, question: _Question) -> _Answer:
    match question:
        case _Enrol():
            return _Answer(signed=signer.enrol(question.secret, question.hosts, question.requests, question.alive))
        case _Renew():
            return _Answer(signed=signer.renew(question.certificate, question.statement, question.signature))
        case _Leave():
            return _Answer(number=signer.leave(question.certificate, question.statement, question.signature))
        case _Revoke():
            return _Answer(done=signer.revoke(question.number))
        case _Registered():
            return _Answer(registered=_untold(signer.registered()))
        case _Cancel():
            return _Answer(token=signer.cancel_token(question.token_id))


def _untold(registered: Registered) -> Registered:
    """The same, with no more of a token's digest than what people call the token."""
    tokens = tuple(msgspec.structs.replace(token, digest=token.id) for token in registered.tokens)
    return msgspec.structs.replace(registered, tokens=tokens)


def _signed(found: _Answer) -> Signed:
    if found.signed is None:
        raise Unavailable("The signer's answer is not one to this question.", code="signer-failed")
    return found.signed
