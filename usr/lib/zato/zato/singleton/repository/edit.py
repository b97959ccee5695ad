"""What an edit of `server.toml` amounts to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zato.core.errors import SetupError
from zato.host.server_toml import revision_of
from zato.host.settings import check_server_values, parse_toml

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Text:
    """A version of the file: what it says, its values, and the revision that it names."""

    text: str
    values: Values
    revision: int | None

    @classmethod
    def read(cls, path: Path, content: bytes) -> Text:
        """The version that was found in `path`. Raises SetupError where the server could not go by it."""
        values = parse_toml(path, content)
        check_server_values(path, values)
        text = content.decode("utf-8")
        return cls(text, values, revision_of(text))


def readable(path: Path, content: bytes | None) -> Text | None:
    """As `Text.read`; None where there is nothing, or nothing that could be used."""
    try:
        return None if content is None else Text.read(path, content)
    except SetupError:
        return None


def merged(base: Values, edited: Values, current: Values) -> dict[str, Any]:
    """`current` with what `edited` changes about `base`, the version that the edit started from."""
    result = dict(current)
    for key in {*base, *edited}:
        if key not in edited:
            result.pop(key, None)
        elif key not in base or base[key] != edited[key]:
            result[key] = edited[key]
    return result
