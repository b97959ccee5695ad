"""Declared packages, line by line: names with versions, and nothing that makes pip do something else. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

LINES_MAX = 500
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?")
_EXTRAS = r"(?:\s*\[[A-Za-z0-9._,\s-]*\])?"
_VERSION = r"(?:===|==|~=|!=|<=|>=|<|>)\s*[A-Za-z0-9.*+!_-]+"
_MARKER = r"(?:\s*;[A-Za-z0-9_.'\"<>=!~()\s-]*)?"
_HASH = r"--hash=sha(?:256|384|512):[0-9a-f]{64,128}"
_LINE = re.compile(
    rf"(?P<name>{_NAME.pattern}){_EXTRAS}\s*(?:\(?\s*{_VERSION}(?:\s*,\s*{_VERSION})*\s*\)?)?{_MARKER}(?P<hashes>(?:\s+{_HASH})*)\s*"
)
_COMMENT = re.compile(r"(^|\s)#.*$")


@dataclass(frozen=True, slots=True)
class Requirement:
    """One package; `text` as it is declared, hashes included."""

    name: str
    text: str
    has_hashes: bool


def normalised(name: str) -> str:
    """One spelling of a package's name (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def requirements_in(text: str) -> tuple[list[Requirement], list[str]]:
    """The packages that a requirements.txt declares, and a sentence for each line that declares none."""
    found: list[Requirement] = []
    errors: list[str] = []
    lines = re.sub(r"\\\r?\n", " ", text).splitlines()
    for number, line in enumerate(lines, 1):
        bare = " ".join(_COMMENT.sub("", line).split())
        if not bare:
            continue
        match = _LINE.fullmatch(bare)
        if match is None:
            errors.append(
                f"line {number} is not NAME with versions: {bare[:80]!r}; options, paths and addresses are not taken"
            )
            continue
        found.append(Requirement(match["name"], bare, bool(match["hashes"])))
    names = Counter(normalised(each.name) for each in found)
    errors.extend(f"{name} is declared twice" for name in sorted(names) if names[name] > 1)
    if len(found) > LINES_MAX:
        errors.append(f"there are more than {LINES_MAX} packages")
    return found, errors


def merged(text: str, added: Iterable[Requirement]) -> str:
    """The declaration with these packages added, or in place of what is said of them."""
    new = {normalised(each.name): each.text for each in added}
    known = {normalised(each.name): each.text for each in requirements_in(text)[0]}
    return "".join(f"{line}\n" for _, line in sorted({**known, **new}.items()))


def without(text: str, names: Iterable[str]) -> str:
    """The declaration without these packages."""
    gone = {normalised(name) for name in names}
    known = requirements_in(text)[0]
    return "".join(f"{each.text}\n" for each in known if normalised(each.name) not in gone)
