"""Renders docs/settings.md: `python -m zato.config.settings_reference > docs/settings.md`."""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap

import msgspec

from zato.config.reference import description, type_in_words
from zato.host.settings import ClusterSettings, ServerSettings

_INTRODUCTION = """\
# Settings

<!-- Generated from the settings by `python -m zato.config.settings_reference`; do not edit. -->

What a process must know before it can read the configuration is in two files of TOML. A key that does not exist, or a
value of a wrong type, is refused with what would be right.

`zato.toml` is read at the start: after a change, start the cluster again. `server.toml` is looked after while the
cluster runs ([operations.md](operations.md#settings-of-a-server)): a change of it, or of the same fields of the item
`server-N` (`zato config set server server-1 workers=4`), is applied at once.
"""
_FILES = (
    ("zato.toml", "The cluster on this machine, in its directory.", ClusterSettings),
    ("server.toml", "One server, in `server-N/config/`, a git repository.", ServerSettings),
)
_NOT_IN_THE_FILE = {"number"}
_COMPUTED = {"workers": "number of CPUs"}


def render() -> str:
    """The whole document, the same for the same settings."""
    return "\n".join([_INTRODUCTION, *(_section(*file) for file in _FILES)])


def _section(file: str, summary: str, struct: type[msgspec.Struct]) -> str:
    meanings = _meanings(struct)
    fields = [field for field in msgspec.structs.fields(struct) if field.name not in _NOT_IN_THE_FILE]
    rows = "\n".join(_row(field, meanings.get(field.name, "")) for field in fields)
    return f"## {file}\n\n{summary}\n\n| key | type | default | meaning |\n| --- | --- | --- | --- |\n{rows}\n"


def _row(field: msgspec.structs.FieldInfo, meaning: str) -> str:
    described = msgspec.inspect.type_info(field.type)
    meaning = meaning or description(described)
    return f"| `{field.name}` | {type_in_words(described)} | {_default(field)} | {meaning} |"


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.name in _COMPUTED:
        return _COMPUTED[field.name]
    if field.default in (None, ""):
        return ""
    return f"`{msgspec.json.encode(field.default).decode()}`"


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
