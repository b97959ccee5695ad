"""Why a connection ended, in words: pika's exceptions come in layers, and their own texts are for programmers."""

from __future__ import annotations

import ssl

from pika.exceptions import (
    AMQPConnectionError,
    AMQPHeartbeatTimeout,
    ChannelClosed,
    ConnectionClosed,
    IncompatibleProtocolError,
    ProbableAccessDeniedError,
    ProbableAuthenticationError,
    StreamLostError,
)

_SAID = {
    # With TLS 1.3 it learns of our certificate after we take the connection for made
    IncompatibleProtocolError: "it ended the connection at once: no TLS, or it does not accept this certificate",
    ProbableAuthenticationError: "it has no user of this certificate's name",
    ProbableAccessDeniedError: "it has no such virtual host, or this user may not use it",
    AMQPHeartbeatTimeout: "it was not heard of any more",
    StreamLostError: "the connection was lost",
}


def reason_of(error: BaseException) -> str:
    """Half a sentence without its full stop."""
    innermost = _innermost(error)
    match innermost:
        case ConnectionClosed() | ChannelClosed():
            said = f"it said {innermost.reply_text}"
        case ssl.SSLCertVerificationError():
            said = f"its certificate is not accepted: {innermost.verify_message}"
        case ssl.SSLError():
            said = f"no TLS with it: {getattr(innermost, 'reason', None) or innermost}"  # Python's own has none
        case OSError():
            said = innermost.strerror or str(innermost)
        case _:
            said = _SAID.get(type(innermost)) or str(innermost)
    return said.rstrip(".") or type(innermost).__name__


def _innermost(error: BaseException) -> BaseException:
    """The exception that the others were made of."""
    wrapped = getattr(error, "exceptions", None) or [getattr(error, "exception", None)]
    if isinstance(wrapped[-1], BaseException):
        return _innermost(wrapped[-1])
    if type(error) is AMQPConnectionError and error.args and isinstance(error.args[0], BaseException):
        return _innermost(error.args[0])
    return error
