"""The same question to several servers at the same time, with an end to waiting."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Generic, TypeVar

from zato.core.errors import ZatoError

_T = TypeVar("_T")
_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Answers(Generic[_T]):
    """What came in time, and of the others why not."""

    found: Mapping[str, _T]
    missing: Mapping[str, str]


def ask_all(questions: Mapping[str, Callable[[], _T]], *, seconds: float) -> Answers[_T]:
    """Asks all of them. One that is late costs no more than `seconds`, and its answer is not waited for."""
    pool = ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix="ask")
    try:
        asked = {name: pool.submit(question) for name, question in questions.items()}
        wait(asked.values(), timeout=seconds)
        found: dict[str, _T] = {}
        missing: dict[str, str] = {}
        for name, future in asked.items():
            if not future.done():
                missing[name] = f"it has not answered within {seconds:g} s"
                continue
            error = future.exception()
            if error is None:
                found[name] = future.result()
            elif isinstance(error, ZatoError):
                missing[name] = error.message
            else:
                raise error
        return Answers(found, missing)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
