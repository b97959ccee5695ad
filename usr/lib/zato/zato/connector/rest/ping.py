"""What a ping of an outgoing REST connection finds."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from zato.connector.connection import PingResult
from zato.connector.outcome import Stage
from zato.core.errors import OutgoingFailed

if TYPE_CHECKING:
    from zato.connector.rest.exchange import Answer, Request


def ping(source: str, call: Callable[[], tuple[Request, Answer]]) -> PingResult:
    """Call once, and say how it went: a status of 401, 403, or 500 and more is a failure. `source` is who answers."""
    started = time.perf_counter()
    try:
        request, answer = call()
    except OutgoingFailed as error:
        return PingResult(False, error.stage, error.message, (time.perf_counter() - started) * 1000)
    stage = stage_of(answer.status)
    message = f"{source} answered {request.method} {request.target} with status {answer.status}."
    return PingResult(stage is Stage.DONE, stage, message, (time.perf_counter() - started) * 1000)


def stage_of(status: int) -> Stage:
    """How far a call with an answer of this status got."""
    if status in {401, 403}:
        return Stage.AUTHENTICATION
    return Stage.RESPONSE if status >= 500 else Stage.DONE
