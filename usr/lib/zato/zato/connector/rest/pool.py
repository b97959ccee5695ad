"""Pools of HTTP connections whose failures say whether TLS was established."""

from __future__ import annotations

import logging
import ssl

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, exceptions
from urllib3.connection import HTTPSConnection

from zato.connector.rest.address import Address
from zato.connector.rest.failure import HandshakeFailed
from zato.host.tls import is_strict


class _Connection(HTTPSConnection):
    def connect(self) -> None:
        try:
            super().connect()
        except exceptions.ConnectTimeoutError:  # refused and unresolved among them
            raise
        except (OSError, ValueError, exceptions.SSLError) as error:
            raise HandshakeFailed(strict=is_strict(self.ssl_context)) from error


class _Pool(HTTPSConnectionPool):
    ConnectionCls = _Connection


def new_pool(address: Address, size: int, context: ssl.SSLContext | None) -> HTTPConnectionPool:
    """A pool that keeps up to `size` connections open.

    More calls than that at once open connections of their own, which are closed after use: a burst is slower, and
    never stuck. The connections of a pool are closed when nothing refers to it any more.
    """
    # It warns of each connection beyond `size`, and its debug messages have what is in the query string
    logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)
    if context is None:
        return HTTPConnectionPool(address.host, address.port, maxsize=size, block=False)
    return _Pool(address.host, address.port, maxsize=size, block=False, ssl_context=context)
