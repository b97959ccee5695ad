"""Which deployed files a candidate has to be tried together with."""

from __future__ import annotations

import re

from zato.deployment.loader import CodeSet, DeploymentRefused
from zato.deployment.loader.loaded import dependents
from zato.deployment.loader.names import check_file_name, module_name
from zato.deployment.loader.zip_archive import read_archive

_IDENTIFIER = re.compile(rb"[A-Za-z_][A-Za-z0-9_]*")


def files_to_try_with(code: CodeSet, file_name: str, source: bytes) -> frozenset[str]:
    """Names of the files that `source` may import, that import what it provides, and what those import in turn.

    The candidate is not parsed for it, that is the business of its own process: any word in it that is also the name
    of a deployed module counts as an import. Raises DeploymentRefused for names and archives that are not acceptable.
    """
    check_file_name(file_name)
    owners = {top: name for name, file in code.files.items() for top in file.source.top_level}
    texts = [source] if file_name.endswith(".py") else _python_in(file_name, source)
    words = {word.decode() for text in texts for word in _IDENTIFIER.findall(text)}
    provided = _provided(file_name, source)
    current = code.files.get(file_name)
    changed = provided | (current.source.top_level if current is not None else frozenset())
    waiting = {owners[word] for word in words | provided if word in owners}
    waiting |= dependents(code.files, changed)
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in found or name == file_name:
            continue
        found.add(name)
        waiting |= {owners[top] for top in code.files[name].imports if top in owners}
    return frozenset(found)


def module_of(file_name: str, source: bytes) -> str:
    """The file's top-level modules as one text, "countries" or "a, b"; the file's stem where that cannot be told."""
    try:
        return ", ".join(sorted(_provided(file_name, source)))[:200] or file_name.rpartition(".")[0]
    except DeploymentRefused:
        return file_name.rpartition(".")[0]


def _provided(file_name: str, source: bytes) -> frozenset[str]:
    if file_name.endswith(".py"):
        return frozenset({module_name(file_name.removesuffix(".py"))})
    tops = (path.partition("/")[0] for path in read_archive(file_name, source) if path.endswith(".py"))
    return frozenset(module_name(top[:-3]) if top.endswith(".py") else top for top in tops)


def _python_in(file_name: str, source: bytes) -> list[bytes]:
    return [content for path, content in read_archive(file_name, source).items() if path.endswith(".py")]
