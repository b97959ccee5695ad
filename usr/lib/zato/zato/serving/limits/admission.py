"""Requests are let in as far as the limits of their channel and principal go; who is not let in is told which."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from zato.core.errors import TooManyRequests
from zato.core.principal import Authentication, Principal
from zato.serving.limits.counters import Refusal, SharedCounters
from zato.serving.limits.limit import Limit

if TYPE_CHECKING:
    from zato.serving.active_request import ActiveRequest

_UNLIMITED = nullcontext()


class Admission:
    """One for each worker; `note` is told of each refusal: of what, its name, and the field that says how many."""

    def __init__(self, counters: SharedCounters, note: Callable[[str, str, str], None]) -> None:
        self._counters = counters
        self._note = note

    def admit(
        self,
        principal: Principal,
        principals: Mapping[str, Limit],
        active: ActiveRequest | None,
        channel: Limit | None = None,
        *,
        refuse: bool = True,
    ) -> AbstractContextManager[None]:
        """Counts a request as under way until the context that this returns has been entered and left.

        `principals` has the limits of those that have one. What Zato's own processes do on their behalf is not counted.
        Without `refuse` it is let in whatever the limits are. Raises TooManyRequests that names the limit.
        """
        limit = None
        if principals and principal.authentication is not Authentication.INTERNAL:
            limit = principals.get(principal.name)
        limits = [each for each in (limit, channel) if each is not None]
        if not limits:
            return _UNLIMITED
        found = self._counters.admit(limits, refuse=refuse)
        if isinstance(found, Refusal):
            self._note(found.limit.what, found.limit.name, found.field)
            raise _refused(found)
        return _UNLIMITED if found is None else found.during(active)


def _refused(refusal: Refusal) -> TooManyRequests:
    limit = refusal.limit
    who = f"The {limit.what} {limit.name!r}"
    if refusal.field == "concurrent_max":
        return TooManyRequests(
            f"{who} may have {limit.concurrent_max} requests at the same time (concurrent_max); try again when one of "
            "them has ended.",
            code="too-many-concurrent-requests",
        )
    seconds = max(1, math.ceil(refusal.retry_after_seconds))
    return TooManyRequests(
        f"{who} may have {limit.requests_max} requests in {limit.period_seconds} s (requests_max); try again in "
        f"{seconds} s.",
        retry_after_seconds=seconds,
    )
