"""One thing that is wrong with what was given, as fields: nobody has to take a sentence apart to show it in place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """`message` is a sentence, `code` (kebab-case) says which rule it is.

    `field` is the field of an item or of a request that it is about, `file` and `line` the place in a source.
    """

    message: str
    code: str
    field: str | None = None
    file: str | None = None
    line: int | None = None
