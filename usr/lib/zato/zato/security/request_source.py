"""Where a request comes from, as far as limits are concerned, and how many wrong passwords came from there lately."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from collections.abc import Sequence

PERIOD_SECONDS = 10.0
_IPV6_PREFIX = 64
_SOURCES_MAX = 10_000

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def source_of(address: str) -> str:
    """An IPv4 address as it is, an IPv6 one as its /64, which is what one customer has at least (RFC 6177).

    What is no address is a source of its own.
    """
    parsed = _parsed(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((parsed, _IPV6_PREFIX), strict=False))
    return address if parsed is None else str(parsed)


def is_within(address: str, networks: Sequence[Network]) -> bool:
    """Whether the address is in one of the networks."""
    parsed = _parsed(address)
    return parsed is not None and any(parsed in network for network in networks)


def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return None
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        return parsed.ipv4_mapped
    return parsed


class WrongPasswords:
    """Counts by source in periods of ten seconds that begin with a wrong password. Of many sources, the latest."""

    def __init__(self) -> None:
        self._counts: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def note(self, source: str, now: float) -> None:
        """Counts one more from there."""
        began, count = self._current(source, now)
        self._counts[source] = began, count + 1
        if len(self._counts) > _SOURCES_MAX:
            self._counts.popitem(last=False)

    def count(self, source: str, now: float) -> int:
        """How many there were in the period that has not passed."""
        return self._current(source, now)[1]

    def seconds_left(self, source: str, now: float) -> float:
        """Seconds until that period has passed."""
        return self._current(source, now)[0] + PERIOD_SECONDS - now

    def _current(self, source: str, now: float) -> tuple[float, int]:
        found = self._counts.get(source)
        if found is not None and now - found[0] >= PERIOD_SECONDS:
            del self._counts[source]
            found = None
        return found or (now, 0)
