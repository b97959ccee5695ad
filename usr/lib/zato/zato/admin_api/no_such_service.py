"""The error for a service that is not there."""

from __future__ import annotations

from collections.abc import Iterable

from zato.core.errors import NotFound
from zato.core.suggestions import did_you_mean


def no_such_service(name: str, services: Iterable[str]) -> NotFound:
    """With the one that may have been meant."""
    hint = did_you_mean(name, services, "zato service list shows what is deployed")
    return NotFound(f"There is no service {name[:120]!r}{hint}", code="no-such-service")
