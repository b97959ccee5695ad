"""Which characters a string of the configuration may have: what cannot break a line, a header or a terminal."""

from __future__ import annotations

import re

ITEM_NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9 ._:@-]{0,119}$"
_ITEM_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._:@-]{0,119}")

# C0, DEL and C1; line and paragraph separators; marks that reverse how text is shown; lone surrogates (not UTF-8);
# the byte order mark and non-characters.
_REFUSED = "\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff"
_ONE_LINE = re.compile(f"[{_REFUSED}]")
_MANY_LINES = re.compile(f"[{_REFUSED}]".replace("\x00-\x1f", "\x00-\x09\x0b-\x1f"))


def name_error(name: str) -> str | None:
    """What is wrong with the name of an item, or None."""
    if _ITEM_NAME.fullmatch(name) is None:
        return (
            "the name must start with a letter or a digit and go on with at most 119 letters, digits, "
            "spaces or any of . _ : @ - (ASCII only)"
        )
    if name.endswith(" "):  # MySQL's older collations hold "a" and "a " to be equal
        return "the name must not end with a space"
    return None


def character_error(text: str, *, multiline: bool = False) -> str | None:
    """What is wrong with the characters of a string, or None; `multiline` allows line feeds."""
    found = (_MANY_LINES if multiline else _ONE_LINE).search(text)
    if found is None:
        return None
    return f"character {found.start() + 1} is U+{ord(found[0]):04X}, a control character or the like; remove it"
