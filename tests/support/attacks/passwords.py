"""Guesses of passwords."""

from __future__ import annotations

import asyncio
import base64
import itertools
from collections import Counter

from support.attacks.target import CLOSED, Connection, Target, request

AT_ONCE = 200
_ROUNDS = 3
_PAUSE_SECONDS = 1.0


async def wrong_passwords(target: Target) -> Counter[str]:
    """200 wrong passwords of known and unknown users in parallel, three times with a second between."""
    numbers = itertools.count()
    met: Counter[str] = Counter()

    async def guess(connection: Connection) -> str:
        for round_ in range(_ROUNDS):
            number = next(numbers)
            user = "guessed" if number % 2 else f"nobody-{number}"
            credentials = base64.b64encode(f"{user}:wrong-{number}".encode()).decode()
            await connection.send(request("GET", "/attacked/guarded", f"Authorization: Basic {credentials}"))
            status = await connection.status()
            met[status] += 1
            if status == CLOSED:
                break
            if round_ < _ROUNDS - 1:
                await asyncio.sleep(_PAUSE_SECONDS)
        return "done"

    ended = await target.at_once(AT_ONCE, guess)
    del ended["done"]
    return met + ended
