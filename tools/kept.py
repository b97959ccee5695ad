"""What is dear to make is made once for all checkouts of a user: root file systems and wheels."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path

PLACE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "zato"
# Debian publishes mends of a stable release; what is older is made anew
DAYS = 7
# Whoever has found something goes on with it
_IN_USE_DAYS = 2


def kept(
    name: str, content: str, make: Callable[[Path], None], *, place: Path = PLACE, today: int | None = None
) -> Path:
    """The directory of that name with that content, which nobody changes any more.

    Where none is young enough `make` makes it; whoever wants it meanwhile waits until it is there. `today` counts days.
    """
    today = int(time.time() / 86400) if today is None else today
    prefix = f"{name}-{hashlib.sha256(content.encode()).hexdigest()[:12]}-"
    place.mkdir(parents=True, exist_ok=True)
    with (place / f"{prefix}lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        young = [path for path, day in _made(place).items() if path.name.startswith(prefix) and today - day < DAYS]
        if young:
            return max(young)
        making = place / f"{prefix}making"
        shutil.rmtree(making, ignore_errors=True)
        make(making)
        found = place / f"{prefix}{today}"
        making.rename(found)
    for path, day in _made(place).items():
        if today - day >= DAYS + _IN_USE_DAYS:
            shutil.rmtree(path, ignore_errors=True)
    return found


def _made(place: Path) -> dict[Path, int]:
    """All that is there, with the day that each was made on."""
    days = {path: re.search(r"-(\d+)$", path.name) for path in place.iterdir()}
    return {path: int(day[1]) for path, day in days.items() if day is not None}
