"""What compiling a source has found out, in a form that is read within a hundredth of the time."""

from __future__ import annotations

import importlib.util
import marshal
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from types import CodeType

from zato import __version__
from zato.deployment.loader.uses import Use

FORM = sha256(f"{__version__} 1 ".encode() + importlib.util.MAGIC_NUMBER).hexdigest()[:16]
"""Stands for this release and this Python: code that others have compiled is of no use."""
_DIGEST_BYTES = 32


@dataclass(frozen=True, slots=True)
class Compiled:
    """What follows from the text of one module; `path` is in `code`."""

    path: str
    code: CodeType
    imports: frozenset[str]
    class_lines: Mapping[str, int]
    uses: tuple[Use, ...]


def pack(modules: Mapping[str, Compiled]) -> bytes:
    """Modules by their logical names, as bytes that `unpack` reads."""
    body = marshal.dumps(
        {
            name: (
                module.path,
                module.code,
                module.imports,
                dict(module.class_lines),
                [(use.kind, use.name, use.line) for use in module.uses],
            )
            for name, module in modules.items()
        }
    )
    return sha256(body).digest() + body


def unpack(packed: bytes) -> Mapping[str, Compiled]:
    """The modules; none where the bytes were damaged, which could crash the interpreter, or have another form."""
    digest, body = packed[:_DIGEST_BYTES], packed[_DIGEST_BYTES:]
    if sha256(body).digest() != digest:
        return {}
    try:
        return {
            name: Compiled(path, code, imports, lines, tuple(Use(*use) for use in uses))
            for name, (path, code, imports, lines, uses) in marshal.loads(body).items()  # noqa: S302 - this server's own
        }
    except (ValueError, TypeError, AttributeError, EOFError):  # while Zato is developed, FORM may stay behind
        return {}
