"""Whether a failed call may be made again: pure."""

from __future__ import annotations

from zato.connector.rest.failure import Failure

# RFC 9110, 9.2.2
IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"})
_FIRST_PAUSE_SECONDS = 0.1


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
    pause = float(_FIRST_PAUSE_SECONDS * 2 ** (attempts - 1))
    return pause if pause < seconds_left else None
