"""What of two configurations of an edge decides who gets in, and how much of it they may have. Pure.

Going back to an earlier configuration must not let in again who was shut out since, nor lift a limit that was set
since, unless that is asked for. What may differ is listed; every other line decides until somebody has looked at it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping

from zato.core.errors import Conflict

SECURITY_NOT_ASKED_FOR = "security-not-asked-for"
_SHOWN = 3
_LINES_MAX = 100


def require_the_same(program: str, differences: list[str]) -> None:
    """Raises Conflict that lists the differences from the earlier configuration, where there are any."""
    if not differences:
        return
    more = f" (and {len(differences) - _SHOWN} more, see the details)" if len(differences) > _SHOWN else ""
    raise Conflict(
        f"{program} does not go back: its configuration before decided otherwise who gets in and how much they may "
        f"have: {'; '.join(differences[:_SHOWN])}{more}. Ask for that explicitly, with --with-security.",
        code=SECURITY_NOT_ASKED_FOR,
        details=tuple(differences[:_LINES_MAX]),
    )


def deciding(present: Mapping[str, bytes], before: Mapping[str, bytes], harmless: re.Pattern[str]) -> list[str]:
    """Lines of files, by their names, that only one side has, or has elsewhere: "- " of the present, "+ " of before.

    Lines that begin with `harmless` are left out, and so are blank ones and comments.
    """
    found: list[str] = []
    for name in sorted(present.keys() | before.keys()):
        now, then = _lines(present.get(name, b""), harmless), _lines(before.get(name, b""), harmless)
        changed = [line for line in difflib.unified_diff(now, then, lineterm="", n=0) if line[:2] in ("- ", "+ ")]
        found += [f"{name}: {line}" for line in changed]
    return found


def _lines(text: bytes, harmless: re.Pattern[str]) -> list[str]:
    lines = (line.strip() for line in text.decode("utf-8", "backslashreplace").splitlines())
    return [f" {line}" for line in lines if line and not line.startswith("#") and harmless.match(line) is None]
