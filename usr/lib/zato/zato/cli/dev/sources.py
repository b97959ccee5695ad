"""What of a developer's folder is deployed, and as which files."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from zato.core.errors import InvalidInput

_TEST = re.compile(r"test_.*\.py|.*_test\.py|conftest\.py|setup\.py")
_NOT_CODE = frozenset({"__pycache__", "node_modules", "tests", "test", "build", "dist"})
_LEFT_BEHIND = ("~", ".swp", ".swx", ".tmp", ".bak", ".orig", ".rej", ".pyc", ".pyo")
# Zip's first moment, so that the same content is the same file
_LONG_AGO = (1980, 1, 1, 0, 0, 0)

Files = Mapping[str, tuple[Path, ...]]
"""By the name of a deployed file, the files that it consists of."""


def files_in(path: Path) -> Files:
    """What is there to be deployed. Raises InvalidInput where there can be nothing, OSError where it cannot be read.

    Of a folder: each `.py` and `.zip` by itself, each folder with Python in it as the package NAME.zip; a folder that
    is a package, by its `__init__.py`, as a whole. Tests, hidden files and what editors leave behind are no code.
    """
    if not path.is_dir():
        if path.suffix not in {".py", ".zip"}:
            raise InvalidInput(f"{path} is neither a .py nor a .zip file, nor a folder with such files.")
        return {path.name: (path,)} if path.exists() else {}
    if (path / "__init__.py").exists():
        return {f"{path.resolve().name}.zip": tuple(_within(path))}
    found: dict[str, tuple[Path, ...]] = {}
    for entry in sorted(path.iterdir()):
        if _is_left_out(entry):
            continue
        if entry.is_dir():
            within = tuple(_within(entry))
            if entry.name.isidentifier() and any(each.suffix == ".py" for each in within):
                found[f"{entry.name}.zip"] = within
        elif entry.suffix in {".py", ".zip"}:
            found[entry.name] = (entry,)
    return found


def stamps(files: Files) -> Mapping[Path, tuple[int, int, int]]:
    """What changes whenever one of the files does, however an editor has written it."""
    found = {}
    for path in (path for paths in files.values() for path in paths):
        try:
            status = path.stat()
        except OSError:  # it is being replaced, or is gone: the next look tells
            continue
        found[path] = (status.st_mtime_ns, status.st_size, status.st_ino)
    return found


def content(name: str, paths: tuple[Path, ...], root: Path) -> bytes:
    """What is deployed under the name: the file, or an archive of the package. Raises OSError."""
    if not name.endswith(".zip") or (len(paths) == 1 and paths[0].name == name):
        return paths[0].read_bytes()
    package = root.resolve() if (root / "__init__.py").exists() else root.resolve() / name.removesuffix(".zip")
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in paths:
            inside = Path(package.name) / path.resolve().relative_to(package)
            archive.writestr(zipfile.ZipInfo(inside.as_posix(), _LONG_AGO), path.read_bytes(), zipfile.ZIP_DEFLATED)
    return data.getvalue()


def _within(folder: Path) -> Iterator[Path]:
    for entry in sorted(folder.iterdir()):
        if _is_left_out(entry):
            continue
        if entry.is_dir():
            yield from _within(entry)
        elif entry.is_file():
            yield entry


def _is_left_out(path: Path) -> bool:
    name = path.name
    if name.startswith((".", "#")) or name.endswith(_LEFT_BEHIND):
        return True
    if path.is_dir():
        return path.is_symlink() or name in _NOT_CODE or (path / "pyvenv.cfg").exists()
    return _TEST.fullmatch(name) is not None
