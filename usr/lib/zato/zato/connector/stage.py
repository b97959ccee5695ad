"""How far a call to another system got."""

from __future__ import annotations

from enum import StrEnum


class Stage(StrEnum):
    """Where a call failed, in the order that a call goes through them."""

    REQUEST = "request"  # it could not be put together; nothing was sent
    POOL = "pool"  # all connections were busy
    NAME = "name"  # resolving the host name
    CONNECT = "connect"
    TLS = "tls"
    AUTHENTICATION = "authentication"
    QUERY = "query"  # a database was asked, or asked to go on
    READ = "read"  # waiting for the first byte of the response
    RESPONSE = "response"  # receiving or understanding it
    DONE = "done"
