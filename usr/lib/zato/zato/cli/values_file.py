"""The file of values that an import fills a document's placeholders with: YAML, or NAME=VALUE in each line."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import click

from zato.config import export_document
from zato.core.errors import InvalidInput

_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)")
_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n", "t": "\t"}


def values_in(path: Path) -> dict[str, str]:
    """The values by name. Says so where others than the file's owner can read it.

    Raises InvalidInput, which never has a value in it.
    """
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        click.echo(
            f"{path} can be read by others than its owner, and has secrets in it; its mode should be 600.", err=True
        )
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput(
            f"{path} is not valid UTF-8 at byte {error.start}; convert it.", code="invalid-utf8"
        ) from None
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if lines and all(_LINE.fullmatch(line.strip()) for line in lines):
        return _from_lines(path, lines)
    return _from_yaml(path, text)


def _from_lines(path: Path, lines: list[str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for line in lines:
        found = _LINE.fullmatch(line.strip())
        assert found is not None
        if found[1] in values:
            raise InvalidInput(f"{path} has the value {found[1]} twice; give it once.", code="invalid-values")
        values[found[1]] = _unquoted(path, found[1], found[2].strip())
    return values


def _unquoted(path: Path, name: str, text: str) -> str:
    quote = text[:1]
    if quote not in ("'", '"'):
        return text
    if len(text) < 2 or text[-1] != quote:
        raise InvalidInput(f"{path}: the quote of the value {name} is not closed.", code="invalid-values")
    inner = text[1:-1]
    return inner if quote == "'" else _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1]), inner)


def _from_yaml(path: Path, text: str) -> dict[str, str]:
    try:
        found = export_document.parse(text)
    except InvalidInput:
        raise InvalidInput(
            f"{path} is neither YAML, NAME: VALUE, nor NAME=VALUE in each line.", code="invalid-values"
        ) from None
    if not isinstance(found, dict) or not all(isinstance(name, str) for name in found):
        raise InvalidInput(
            f"{path} must have a value for each name: NAME: VALUE, or NAME=VALUE.", code="invalid-values"
        )
    wrong = [name for name, value in found.items() if not isinstance(value, str)]
    if wrong:
        raise InvalidInput(
            f"{path}: the value {wrong[0]} is no text; put it in quotes.",
            code="invalid-values",
            details=tuple(f"{name}: it is no text; put it in quotes" for name in wrong),
        )
    return found
