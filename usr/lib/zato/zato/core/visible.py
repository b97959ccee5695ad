r"""Text from elsewhere, made fit to be shown: nothing in it moves a terminal's cursor, or is there without being seen.

Escapes are JSON's, \u and four digits, so that JSON in which they replace a character says the same as before.
"""

from __future__ import annotations

import re

# Control characters but tab and line feed; those of format, which reorder text, join letters, or have no width;
# separators of lines and paragraphs; halves of surrogate pairs; and what fonts leave out (Unicode's
# DerivedCoreProperties.txt, Default_Ignorable_Code_Point)
_HIDDEN = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_IN_LINES = re.compile(f"[{_HIDDEN}]")
_IN_A_LINE = re.compile(f"[{_HIDDEN}\t\n]")
_PLAIN = re.compile(rb"[\x20-\x7e\t]*")


def visible(text: str) -> str:
    """Lines of text, with tabs."""
    return text if text.isascii() and text.isprintable() else _IN_LINES.sub(_escaped, text)


def visible_line(text: str) -> str:
    """One line of text: what was several is one, too."""
    return text if text.isascii() and text.isprintable() else _IN_A_LINE.sub(_escaped, text)


def visible_bytes(line: bytes) -> bytes:
    """One line that is, as far as it can be, UTF-8; tabs stay. Cheap where it is plain, as nearly all lines are."""
    if _PLAIN.fullmatch(line):
        return line
    return visible(line.decode("utf-8", "backslashreplace")).replace("\n", "\\u000a").encode()


def encodable(text: str, encoding: str) -> str:
    """The text, in which characters that `encoding` does not have are escaped."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return "".join(character if _has(encoding, character) else _escape(character) for character in text)
    return text


def _has(encoding: str, character: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _escaped(found: re.Match[str]) -> str:
    return _escape(found[0])


def _escape(character: str) -> str:
    number = ord(character)
    if number < 0x10000:
        return f"\\u{number:04x}"
    number -= 0x10000
    return f"\\u{0xD800 + (number >> 10):04x}\\u{0xDC00 + (number & 0x3FF):04x}"
