"""Renders docs/settings.md: `python -m zato.config.settings_reference > docs/settings.md`."""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from dataclasses import dataclass

import msgspec

from zato.config.reference import description, type_in_words
from zato.host.settings import ClusterSettings, ServerSettings

INTRODUCTION = """\
What a process must know before it can read the configuration is in two files of TOML. A key that does not exist, or a
value of a wrong type, is refused with what would be right.

`zato.toml` is read at the start: after a change, start the cluster again. `server.toml` is looked after while the
cluster runs: a change of it, or of the same fields of the item `server-N`, as by
`zato config set server server-1 workers=4`, is applied at once.
"""
_HEADING = """\
# Settings

<!-- Generated from the settings by `python -m zato.config.settings_reference`; do not edit. -->
"""
_FILES = (
    ("zato.toml", "The cluster on this machine, in its directory.", ClusterSettings),
    ("server.toml", "One server, in `server-N/config/`, a git repository.", ServerSettings),
)
_NOT_IN_THE_FILE = {"number"}
_COMPUTED = {"workers": "number of CPUs"}


@dataclass(frozen=True, slots=True)
class Entry:
    """What there is to say of one key."""

    key: str
    type: str
    default: str
    """As it is written in the file; in words where it is `computed`; empty where there is none."""
    computed: bool
    meaning: str


def entries(struct: type[msgspec.Struct]) -> list[Entry]:
    """The keys of a file, in its order."""
    meanings = _meanings(struct)
    described = {field.name: msgspec.inspect.type_info(field.type) for field in msgspec.structs.fields(struct)}
    return [
        Entry(
            key=field.name,
            type=type_in_words(described[field.name]),
            default=_default(field),
            computed=field.name in _COMPUTED,
            meaning=meanings.get(field.name) or description(described[field.name]),
        )
        for field in msgspec.structs.fields(struct)
        if field.name not in _NOT_IN_THE_FILE
    ]


def render() -> str:
    """The whole document, the same for the same settings."""
    return "\n".join([_HEADING, INTRODUCTION, *(_section(*file) for file in _FILES)])


def _section(file: str, summary: str, struct: type[msgspec.Struct]) -> str:
    rows = "\n".join(_row(entry) for entry in entries(struct))
    return f"## {file}\n\n{summary}\n\n| key | type | default | meaning |\n| --- | --- | --- | --- |\n{rows}\n"


def _row(entry: Entry) -> str:
    default = f"`{entry.default}`" if entry.default and not entry.computed else entry.default
    return f"| `{entry.key}` | {entry.type} | {default} | {entry.meaning} |"


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.name in _COMPUTED:
        return _COMPUTED[field.name]
    return "" if field.default in (None, "") else msgspec.json.encode(field.default).decode()


def _meanings(struct: type[msgspec.Struct]) -> dict[str, str]:
    """The docstrings below the fields, which Python itself does not keep."""
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(struct))).body
    assert isinstance(definition, ast.ClassDef)
    found: dict[str, str] = {}
    for field, after in zip(definition.body, definition.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            match after:
                case ast.Expr(value=ast.Constant(value=str(text))):
                    found[field.target.id] = " ".join(text.split())
    return found


if __name__ == "__main__":
    sys.stdout.write(render())
