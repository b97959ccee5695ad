"""Errors that a service raises on purpose: the caller gets their status, code and message."""

from __future__ import annotations

from zato.connector.named import UnknownConnection, UnusableConnection
from zato.core.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    MethodNotAllowed,
    NotFound,
    OutgoingFailed,
    ServiceFailed,
    TimeLimitExceeded,
    TooLarge,
    Unauthorized,
    Unavailable,
    ZatoError,
)

__all__ = [
    "BadRequest",
    "Conflict",
    "Forbidden",
    "InvalidInput",
    "InvalidOutput",
    "MethodNotAllowed",
    "NotFound",
    "OutgoingFailed",
    "ServiceFailed",
    "TimeLimitExceeded",
    "TooLarge",
    "Unauthorized",
    "Unavailable",
    "UnknownConnection",
    "UnknownService",
    "UnusableConnection",
    "ZatoError",
]


class BadRequest(InvalidInput):
    """The caller's request makes no sense to the service, in a way that the declared input could not express."""

    code = "bad-request"


class UnknownService(NotFound):
    """A service invoked another one that is not deployed.

    To the outside caller this is a failure of the server: a 404 would say that what the caller asked for is not there.
    """

    code = "unknown-service"
    status = 500
    message_outside = (
        "A service that is needed for this is not deployed; the server's log says which under this correlation id."
    )


class InvalidOutput(ServiceFailed):
    """The service's response is not what the service declared, or cannot be written as JSON."""

    code = "invalid-output"
