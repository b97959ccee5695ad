"""Bodies that are large, or that never end."""

from __future__ import annotations

import asyncio
from collections import Counter

from support.attacks.target import Connection, Target, request

LARGE_BYTES = 10 * 1024 * 1024
_AT_ONCE = 20
_JSON_AT_ONCE = 6


async def stalled_uploads(target: Target) -> Counter[str]:
    """20 uploads of 10 MiB that each lack their last byte, and then nothing."""

    async def upload(connection: Connection) -> str:
        sending = asyncio.create_task(_almost(connection))
        try:
            return await connection.status()
        finally:
            sending.cancel()

    return await target.at_once(_AT_ONCE, upload)


async def _almost(connection: Connection) -> None:
    await connection.send(request("POST", "/attacked/body", length=LARGE_BYTES))
    rest = LARGE_BYTES - 1
    try:
        while rest:
            part = min(rest, 65_536)
            await connection.send(b" " * part)
            rest -= part
    except OSError:
        pass  # refused before all was sent


async def large_json(target: Target) -> Counter[str]:
    """Six bodies of 10 MiB that are as many small objects as fit."""
    body = b"[" + b",".join([b'{"a":[]}'] * (LARGE_BYTES // 9 - 1)) + b"]"

    async def post(connection: Connection) -> str:
        message = request("POST", "/attacked/body", "Content-Type: application/json", body=body)
        sending = asyncio.create_task(connection.send(message))
        try:
            return await connection.status()
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    return await target.at_once(_JSON_AT_ONCE, post)
