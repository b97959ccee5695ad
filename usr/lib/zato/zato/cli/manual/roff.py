"""The little of man(7) that the pages are written in."""

from __future__ import annotations

import re
from collections.abc import Iterable

# In a page a bare - is a hyphen, which is not what is typed, and the others are typographic marks
_CHARACTERS = str.maketrans(
    {"\\": r"\e", "-": r"\-", "'": r"\(aq", "`": r"\(ga", "^": r"\(ha", "~": r"\(ti", '"': r"\(dq"}
)
_QUOTED = re.compile(r"`([^`]+)`")


def title(name: str, section: int, version: str) -> str:
    """The page's first line. It has no date, so that the same release makes the same page on any day."""
    return f'.TH "{plain(name.upper())}" {section} "" "Zato {plain(version)}" "Zato"'


def heading(text: str) -> str:
    return f".SH {plain(text)}"


def subheading(text: str) -> str:
    return f'.SS "{plain(text)}"'


def paragraphs(texts: Iterable[str]) -> str:
    return "\n.PP\n".join(map(_line, texts))


def item(term: str, text: str) -> str:
    """A term, and below it what it means."""
    return f".TP\n{bold(term)}\n{_line(text)}"


def example(text: str) -> str:
    """Lines as they are typed."""
    return "\n".join([".PP", ".RS 4", ".EX", *(_line(line) for line in text.splitlines()), ".EE", ".RE"])


def references(pages: Iterable[tuple[str, int]]) -> str:
    """Names of other pages, separated by commas."""
    return ",\n".join(f".BR {plain(name)} ({section})" for name, section in pages).replace(",\n", " ,\n")


def bold(text: str) -> str:
    return rf"\fB{plain(text)}\fR"


def plain(text: str) -> str:
    """The text as it is, whatever it has in it."""
    return text.translate(_CHARACTERS)


def _line(text: str) -> str:
    """Prose, with what stands between backticks in bold; no first character of it is taken as a request."""
    parts = _QUOTED.split(" ".join(text.split()))
    shown = "".join(bold(part) if index % 2 else plain(part) for index, part in enumerate(parts))
    return rf"\&{shown}" if shown.startswith(".") else shown
