"""What went wrong on the way to another system and back, in our words."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from http.client import HTTPException

from urllib3 import exceptions

from zato.connector.outcome import Stage
from zato.connector.tls import refusal

_BROKEN = (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)


class HandshakeFailed(exceptions.HTTPError):
    """TLS could not be established: nothing of the request was sent. The cause is chained."""

    def __init__(self, *, strict: bool) -> None:
        super().__init__("TLS was not established")
        self.strict = strict


@dataclass(frozen=True, slots=True)
class Failure:
    """`unsent`: the other system cannot have seen the request. `lasting`: trying again would not help."""

    stage: Stage
    reason: str
    unsent: bool = False
    timed_out: bool = False
    lasting: bool = False


def failure_of(error: Exception, stage: Stage) -> Failure:  # noqa: PLR0911 - a table
    """`stage` is how far the call had come in its own view: REQUEST, READ or RESPONSE."""
    match error:
        case exceptions.NameResolutionError():
            cause = error.__cause__
            temporary = isinstance(cause, socket.gaierror) and cause.errno == socket.EAI_AGAIN
            return Failure(Stage.NAME, "the host name cannot be resolved", unsent=True, lasting=not temporary)
        case exceptions.NewConnectionError():
            return Failure(Stage.CONNECT, _reason(error.__cause__ or error), unsent=True)
        case exceptions.ConnectTimeoutError():
            return Failure(Stage.CONNECT, "nothing accepted the connection in time", unsent=True, timed_out=True)
        case HandshakeFailed():
            return _handshake(error.__cause__ or error, strict=error.strict)
        case exceptions.SSLError():
            # TLS 1.3 refuses a client's certificate after the handshake: with the first byte that is read or, where the
            # peer closes before the request is written, in words that are never read
            cause = _root(error)
            if isinstance(cause, _BROKEN):
                return Failure(Stage.TLS, "the peer closed TLS without a reason; it may want a client certificate")
            return Failure(Stage.TLS, _reason(cause), lasting=True)
        case exceptions.TimeoutError():
            reason = "no response came in time" if stage is Stage.READ else "the response did not end in time"
            return Failure(stage, reason, timed_out=True)
        case exceptions.DecodeError():
            return Failure(Stage.RESPONSE, "the content encoding of the response is broken", lasting=True)
        case exceptions.ProtocolError() if stage is Stage.READ:
            return Failure(stage, _cut(_root(error)))
        case exceptions.ProtocolError() | exceptions.IncompleteRead():
            return Failure(Stage.RESPONSE, "the connection was closed in the middle of the response")
        case ValueError():  # LocationParseError among them, and http.client's
            return Failure(Stage.REQUEST, _reason(error), unsent=True, lasting=True)
        case _:
            return Failure(stage, _reason(error))


def _handshake(cause: BaseException, *, strict: bool) -> Failure:
    cause = _root(cause)
    if isinstance(cause, TimeoutError):
        return Failure(Stage.TLS, "the TLS handshake did not end in time", unsent=True, timed_out=True)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return Failure(Stage.TLS, refusal(cause, strict=strict), unsent=True, lasting=True)
    broken = isinstance(cause, _BROKEN)
    reason = "the connection was closed during the TLS handshake" if broken else _reason(cause)
    return Failure(Stage.TLS, reason, unsent=True, lasting=not broken)


def _root(error: BaseException) -> BaseException:
    """The first exception: urllib3 carries it as an argument, or chains it."""
    while True:
        inner = next((each for each in reversed(error.args) if isinstance(each, BaseException)), error.__cause__)
        if inner is None:
            return error
        error = inner


def _cut(cause: BaseException) -> str:
    if isinstance(cause, ConnectionError):  # http.client.RemoteDisconnected among them
        return "the connection was closed before a response came"
    if isinstance(cause, HTTPException):
        return f"what came back is not an HTTP response ({type(cause).__name__})"
    return _reason(cause)


def _reason(error: BaseException) -> str:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    text = text.partition(" (_ssl.c:")[0]
    return " ".join(text.split()).rstrip(".") or type(error).__name__
