"""How many functions in Python something calls: what libraries do in C takes none."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable


def python_calls(function: Callable[[], object]) -> int:
    """In this thread, `function` itself among them, and without what others have the garbage collector call."""
    number = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal number
        number += event == "call"

    collects = gc.isenabled()
    gc.disable()
    sys.setprofile(count)
    try:
        function()
    finally:
        sys.setprofile(None)
        if collects:
            gc.enable()
    return number
