"""The text of a server's `server.toml`: settings, comments, and the revision that an edit of it starts from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import tomlkit
import tomlkit.exceptions

from zato.core.errors import SetupError
from zato.host.settings import SERVER_SETTINGS, ServerSettings

_REVISION = re.compile(r"^# Revision ([0-9]{1,18})\b.*$", re.M)
_HEADING = """\
# Settings of this server. A change is checked, put under version control and applied as soon as the file is written;
# what is refused leaves everything as it is, and server.toml.error says why. Unset, a key has the value shown with #.
"""


def revision_of(text: str) -> int | None:
    """The revision of the configuration that the text says it was written for."""
    found = _REVISION.search(text)
    return int(found[1]) if found else None


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """What was changed, in one line."""
    told = [
        f"{key} = {tomlkit.item(after[key]).as_string()}" if key in after else f"no {key}"
        for key in SERVER_SETTINGS
        if before.get(key) != after.get(key)
    ]
    return ", ".join(told) or "Comments only"


def new_text(values: Mapping[str, Any]) -> str:
    """A document with these values and, as comments, every other key."""
    defaults = ServerSettings()
    lines = []
    for key in SERVER_SETTINGS:
        shown = values.get(key, getattr(defaults, key))
        if shown is not None:
            lines.append(f"{'' if key in values else '# '}{key} = {tomlkit.item(shown).as_string()}")
    return with_revision(_HEADING + "\n" + "\n".join(lines) + "\n", 0)


def revised(text: str, values: Mapping[str, Any], revision: int) -> str:
    """The same text, comments and order included, with exactly these values, for that revision.

    Raises SetupError where it cannot be rewritten.
    """
    try:
        document = tomlkit.parse(text)
    except tomlkit.exceptions.TOMLKitError as error:
        raise SetupError(f"This text cannot be written anew: {error}.", code="invalid-settings") from error
    for key in [key for key in document if key not in values]:
        del document[key]
    for key, value in values.items():
        if key not in document or document[key] != value:
            document[key] = value
    return with_revision(tomlkit.dumps(document), revision)


def with_revision(text: str, revision: int) -> str:
    """The text as one that was written for `revision`."""
    line = f"# Revision {revision}: leave this line, it tells which version a change started from"
    if _REVISION.search(text):
        return _REVISION.sub(line, text, count=1)
    return f"{line}\n{text}"
