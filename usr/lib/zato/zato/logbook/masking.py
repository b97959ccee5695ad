"""Secrets in lines of the log: Zato writes none, but libraries and services may."""

from __future__ import annotations

import re

MASK = "******"

# Each begins with a word that stands in few lines, so that a line without any costs next to nothing
_SUSPICIOUS = re.compile(r"://|basic |bearer |pass|secret|token|key|authorization|sealed:|PRIVATE", re.IGNORECASE)
_PATTERNS = (
    (re.compile(r"(://[^/\s:@]{0,256}:)[^@\s/]{1,1024}@"), rf"\1{MASK}@"),
    (re.compile(r"\b(basic|bearer) +[A-Za-z0-9+/=._~-]{8,}", re.IGNORECASE), rf"\1 {MASK}"),
    (re.compile(r"\bsealed:[A-Za-z0-9+/=._-]+"), MASK),
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)", re.DOTALL), MASK),
    (
        re.compile(
            r"\b((?:[a-z]{1,30}[_-])?(?:password|passwd|secret|token|api[_-]?key|private[_-]?key|authorization))"
            r"""(["']?\s{0,3}[=:]\s{0,3})(?!\*{6})(?:"(?:[^"\\]|\\.){1,4096}"|'(?:[^'\\]|\\.){1,4096}'|[^\s"',;&)}\]]+)""",
            re.IGNORECASE,
        ),
        rf"\1\2{MASK}",
    ),
)


def masked(text: str) -> str:
    """The text with what looks like a password, a token or a key left out."""
    if _SUSPICIOUS.search(text):
        for pattern, replacement in _PATTERNS:
            text = pattern.sub(replacement, text)
    return text
