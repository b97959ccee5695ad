"""Whether a failed call may be made again: pure."""

from __future__ import annotations

from zato.connector.rest.failure import Failure
from zato.core.backoff import Backoff

# RFC 9110, 9.2.2
IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"})
_RETRYING = Backoff(0.1, 60.0)


def pause_before_retry(
    failure: Failure, *, method: str, attempts: int, retries: int, seconds_left: float
) -> float | None:
    """Seconds to wait before the next attempt, or None where there must not be one.

    `attempts` have been made. A request that may have been received is repeated only if its method is idempotent;
    one that timed out has used up its time.
    """
    if failure.lasting or failure.timed_out or attempts > retries:
        return None
    if not failure.unsent and method not in IDEMPOTENT:
        return None
    pause = _RETRYING.pause_after(attempts)
    return pause if pause < seconds_left else None
