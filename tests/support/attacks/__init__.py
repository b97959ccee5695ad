"""Attackers, in a process of their own beside a cluster: `python -m support.attacks NAME PORT CA SECONDS SOURCE...`

Each is a coroutine function in `ATTACKS` that takes a `Target`, has a bounded count of connections, and ends by itself.
It returns how often it met with what: statuses of answers, or the name of what happened instead.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Coroutine

from support.attacks.bodies import large_json, stalled_uploads
from support.attacks.passwords import wrong_passwords
from support.attacks.poison import killing_requests, long_numbers
from support.attacks.slow import slow_connections
from support.attacks.target import Target

Attack = Callable[[Target], Coroutine[None, None, Counter[str]]]
ATTACKS: dict[str, Attack] = {
    "wrong_passwords": wrong_passwords,
    "stalled_uploads": stalled_uploads,
    "slow_connections": slow_connections,
    "long_numbers": long_numbers,
    "killing_requests": killing_requests,
    "large_json": large_json,
}
