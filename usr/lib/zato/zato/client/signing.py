"""Asking a cluster for what one machine of it alone can do: the one with the CA's key, behind the balancer."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from zato.core.errors import Unavailable

_T = TypeVar("_T")
_SECONDS = 20.0
_PAUSE_SECONDS = 0.1


def by_the_signer(ask: Callable[[], _T], *, seconds: float = _SECONDS) -> _T:
    """What it answers, within `seconds`.

    The balancer chooses the server, and one on another machine says so and has done nothing.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            return ask()
        except Unavailable as error:
            if error.code != "no-signer":
                raise
            if time.monotonic() > deadline:
                raise Unavailable(
                    "No server on the machine with the cluster's CA has answered; run there: zato doctor",
                    code="no-signer",
                ) from error
        time.sleep(_PAUSE_SECONDS)
