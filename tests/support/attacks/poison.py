"""Single requests that are dear to handle, or that take their worker with them."""

from __future__ import annotations

from collections import Counter

from support.attacks.target import Connection, Target, request

_AT_ONCE = 4
_DIGITS = 60_000


async def long_numbers(target: Target) -> Counter[str]:
    """Four numbers of 60,000 digits, with something behind them that makes them none."""
    body = b'{"number":"' + b"1" * _DIGITS + b'x"}'

    async def post(connection: Connection) -> str:
        await connection.send(request("POST", "/attacked/number", "Content-Type: application/json", body=body))
        return await connection.status()

    return await target.at_once(_AT_ONCE, post)


async def killing_requests(target: Target) -> Counter[str]:
    """Four requests whose service kills its worker, of a method that may be repeated."""

    async def get(connection: Connection) -> str:
        await connection.send(request("GET", "/attacked/kill"))
        return await connection.status()

    return await target.at_once(_AT_ONCE, get)
