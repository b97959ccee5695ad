"""Wheels that tests make for themselves."""

from __future__ import annotations

import zipfile
from pathlib import Path


def make_wheel(directory: Path, name: str, version: str, body: str = "", requires: tuple[str, ...] = ()) -> Path:
    """A package with one module of the same name; `requires` are its dependencies."""
    module = name.replace("-", "_")
    information = f"{module}-{version}.dist-info"
    metadata = [f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}"]
    metadata += [f"Requires-Dist: {each}" for each in requires]
    files = {
        f"{module}/__init__.py": body or f"VERSION = {version!r}\n",
        f"{information}/METADATA": "\n".join(metadata) + "\n",
        f"{information}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = f"{information}/RECORD"
    files[record] = "".join(f"{path},,\n" for path in (*files, record))
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"{module}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name_inside, content in files.items():
            archive.writestr(name_inside, content)
    return path
