"""Limits that HAProxy and lighttpd share."""

from __future__ import annotations

import resource

URI_BYTES_MAX = 4000
"""gunicorn takes a request line of 4,094 bytes."""
HEAD_BYTES_MAX = 8000
"""Request line and headers as the client sent them; gunicorn takes 8,190 for one header."""
HEADERS_MAX = 80
"""gunicorn takes 100, among them those that HAProxy and lighttpd add."""
MEMORY_BODY_BYTES_MAX = 64 * 1024
"""lighttpd keeps a larger body of a request in a file until all of it is there."""
BODY_ROOM = 3
"""A body whose length is not told is read to its end up to so many times the limit, and refused by the server then: an
answer that comes while the client is still sending may be lost."""
CONNECTIONS_MAX = 5000
_OTHER_FILES = 700


def connections_max() -> int:
    """Connections that HAProxy may have: 5,000, or what this machine's limit of open files allows.

    A connection takes two files, one to the client and one onwards, and lighttpd has more of them.
    """
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard == resource.RLIM_INFINITY:
        return CONNECTIONS_MAX
    return max(100, min(CONNECTIONS_MAX, (hard - _OTHER_FILES) * 2 // 5))


def lighttpd_connections_max() -> int:
    """Connections that lighttpd may have: a full HAProxy leaves room for health checks and for a HAProxy beside it."""
    return connections_max() * 6 // 5 + 100
