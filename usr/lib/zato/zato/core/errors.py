"""The one tree of errors.

Every error that a person may see has a stable `code` (kebab-case, never changed once released), an HTTP
`status`, and a sentence that names the thing, says why, and what to do. Whether a retry can help is a
property of the error. Adapters translate a library's exceptions into these at the boundary.
"""

from __future__ import annotations

import math

from zato.core.finding import Finding


class ZatoError(Exception):
    """Base of all errors that reach a caller, an operator or a log on purpose.

    `message` is a whole sentence; `code` overrides the class's own code where a finer one exists;
    `details` has further sentences, for instance one for each invalid field; `findings` has them as fields, where
    they are known as such.
    """

    code = "internal-error"
    status = 500
    retriable = False
    cid: str | None = None
    """The correlation id of the request that failed on another machine or in another process, where it told us."""
    message_outside: str | None = None
    """What callers outside are told in place of `message`, which has names or addresses that are not theirs to know."""

    findings: tuple[Finding, ...] = ()

    def __init__(self, message: str, *, code: str | None = None, details: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.details = details
        if code is not None:
            self.code = code

    def outside(self) -> ZatoError:
        """The error as callers outside see it; itself where there is nothing to keep from them."""
        if self.message_outside is None:
            return self
        shown = type(self).__new__(type(self), self.message_outside)
        shown.__dict__.update(self.__dict__, message=self.message_outside, details=(), findings=())
        return shown


class InvalidInput(ZatoError):
    """What the caller sent cannot be accepted as it is."""

    code = "invalid-input"
    status = 400


class Unauthorized(ZatoError):
    """Nobody was authenticated. One message for all reasons, so that it tells an attacker nothing."""

    code = "unauthorized"
    status = 401

    def __init__(self, message: str = "Credentials are missing or not valid.") -> None:
        super().__init__(message)


class Forbidden(ZatoError):
    """The principal is known and may not do this."""

    code = "forbidden"
    status = 403


class NotFound(ZatoError):
    """The named thing does not exist."""

    code = "not-found"
    status = 404


class MethodNotAllowed(ZatoError):
    """The path exists, not for this method; `allowed` goes into the Allow header."""

    code = "method-not-allowed"
    status = 405

    def __init__(self, message: str, allowed: tuple[str, ...]) -> None:
        super().__init__(message)
        self.allowed = allowed


class Conflict(ZatoError):
    """The change does not fit what is there now, for instance it started from an older revision."""

    code = "conflict"
    status = 409


class TooManyRequests(ZatoError):
    """The caller has used what it may for now: it may try again after `retry_after_seconds`."""

    code = "too-many-requests"
    status = 429
    retriable = True

    def __init__(self, message: str, *, code: str | None = None, retry_after_seconds: float = 1.0) -> None:
        super().__init__(message, code=code)
        self.retry_after_seconds = max(1, math.ceil(retry_after_seconds))


class TooLarge(ZatoError):
    """The message is larger than its limit."""

    code = "too-large"
    status = 413


class Unavailable(ZatoError):
    """What is needed is away for now: the caller may try again after `retry_after_seconds`."""

    code = "unavailable"
    status = 503
    retriable = True

    def __init__(self, message: str, *, code: str | None = None, retry_after_seconds: int = 5) -> None:
        super().__init__(message, code=code)
        self.retry_after_seconds = retry_after_seconds


class TimeLimitExceeded(ZatoError):
    """A service, or a system it called, took longer than allowed."""

    code = "time-limit-exceeded"
    status = 504
    retriable = True


class OutgoingFailed(ZatoError):
    """A system that Zato called could not be reached or did not answer as it should; `stage` says how far it got."""

    code = "outgoing-failed"
    status = 502
    message_outside = (
        "Another system that is needed for this did not do its part; the server's log has the reason under this "
        "correlation id."
    )

    def __init__(self, message: str, *, stage: str, retriable: bool = False, code: str | None = None) -> None:
        super().__init__(message, code=code)
        self.stage = stage
        self.retriable = retriable


class ServiceFailed(ZatoError):
    """A service raised an exception of its own; the log has its traceback under the correlation id."""

    code = "service-failed"
    status = 500


class SetupError(ZatoError):
    """This machine or its settings do not allow to go on; shown by the command line as one sentence."""

    code = "setup-error"
