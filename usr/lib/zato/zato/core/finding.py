"""One thing that is not well, as fields: nobody has to take a sentence apart to show it in place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """`message` is a sentence, `code` (kebab-case) says which rule it is.

    `field` is the field of an item or of a request that it is about, `file` and `line` the place in a source.
    `subject` is what it is found in where that is not what was given: `KIND NAME` of an item, `server-N`, `ODB`.
    """

    message: str
    code: str
    field: str | None = None
    file: str | None = None
    line: int | None = None
    subject: str | None = None
