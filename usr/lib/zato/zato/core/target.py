"""What a request's target names, the same for everything that looks at one.

HAProxy and lighttpd have these rules in their own words (haproxy.cfg.j2, request.lua.j2): what is refused here is
refused there, and what their rules are about is what is routed on here. ADR 22 says why they are what they are.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from zato.core.errors import InvalidInput

INVALID_PATH = (
    "invalid-path",
    "The path of the request is not accepted: it has a segment that is one or two dots, a percent sign without two "
    "hexadecimal digits, a NUL, or text that is not UTF-8.",
)
"""Code and message of the refusal, in each of the three programs."""

# Dot segments are those of RFC 3986, section 5.2.4, in any spelling
_REFUSED = re.compile(r"/(?:\.|%2[eE]){1,2}(?:/|\Z)|%(?![0-9A-Fa-f]{2})|%00")


def path_of(target: str) -> str:
    """The path of a target in origin-form, as it was sent."""
    return target.partition("?")[0]


def segments_of(path: str) -> list[str]:
    """The segments of a path as it was sent: split at "/", then each decoded, once. Empty ones are there too.

    An encoded slash is a character of its segment. Raises InvalidInput.
    """
    if path[:1] != "/" or _REFUSED.search(path):
        raise _refused()
    segments = path.split("/")[1:]
    if "%" not in path:
        return segments
    try:
        return [unquote(segment, errors="strict") for segment in segments]
    except UnicodeDecodeError as error:
        raise _refused() from error


def _refused() -> InvalidInput:
    code, message = INVALID_PATH
    return InvalidInput(message, code=code)
