"""Errors that a service raises on purpose: the caller gets their status, code and message."""

from __future__ import annotations

from zato.core.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    MethodNotAllowed,
    NotFound,
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
    "ServiceFailed",
    "TimeLimitExceeded",
    "TooLarge",
    "Unauthorized",
    "Unavailable",
    "ZatoError",
]


class BadRequest(InvalidInput):
    """The caller's request makes no sense to the service, in a way that the declared input could not express."""

    code = "bad-request"


class InvalidOutput(ServiceFailed):
    """The service's response is not what the service declared, or cannot be written as JSON."""

    code = "invalid-output"
