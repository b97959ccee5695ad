"""Connections that stay open by saying a little from time to time."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter

from support.attacks.target import Connection, Target, request

AT_ONCE = 310
_PAUSE_SECONDS = 3.0
_BODY_BYTES = 100_000
_SENT_AT_ONCE = 50_000


async def slow_connections(target: Target) -> Counter[str]:
    """310 connections in turn with a head and with a body of which a byte comes every three seconds."""
    numbers = itertools.count()

    async def behave(connection: Connection) -> str:
        if next(numbers) % 2:
            start = request("POST", "/attacked/body", body=b" " * _SENT_AT_ONCE, length=_BODY_BYTES)
        else:
            start = b"POST /attacked/body HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
        dripping = asyncio.create_task(_drip(connection, start))
        try:
            return await connection.status()
        finally:
            dripping.cancel()

    return await target.at_once(AT_ONCE, behave)


async def _drip(connection: Connection, start: bytes) -> None:
    try:
        await connection.send(start)
        while True:
            await asyncio.sleep(_PAUSE_SECONDS)
            await connection.send(b"a")
    except OSError:
        pass  # ended by the other side, which the reader sees
