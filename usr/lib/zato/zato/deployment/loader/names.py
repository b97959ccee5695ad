"""Which names files, modules and services of a deployment may have."""

from __future__ import annotations

import keyword
import re
import sys
import sysconfig
from functools import lru_cache
from importlib.machinery import PathFinder
from pathlib import Path

from zato.deployment.loader.refusal import refuse

_MODULE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,99}")
_ARCHIVE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\.zip")
_SERVICE = re.compile(r"[A-Za-z0-9]([A-Za-z0-9 ._:@-]{0,118}[A-Za-z0-9._:@-])?")
_OWN = frozenset({"zato", "pickup", "__main__"})


def check_file_name(file_name: str) -> None:
    """Raises DeploymentRefused unless `file_name` is NAME.py, the name of its module free to use, or NAME.zip."""
    if _ARCHIVE.fullmatch(file_name):
        return
    stem, dot, suffix = file_name.rpartition(".")
    if not dot or suffix != "py":
        raise refuse(
            "file-name-invalid",
            f"The file name {file_name[:120]!r} is not accepted: only NAME.py and NAME.zip can be deployed, and an "
            "archive's name has ASCII letters, digits, dots, underscores and hyphens.",
            file_name[:120],
        )
    check_module_name(module_name(stem), file_name)


def module_name(stem: str) -> str:
    """The module of a file with this name, less its ".py": a hyphen, which no module can have, is an underscore."""
    return stem.replace("-", "_")


def check_module_name(name: str, file: str) -> None:
    """Raises DeploymentRefused unless `name` can be imported and would hide nothing that is installed."""
    if _MODULE.fullmatch(name) is None or keyword.iskeyword(name):
        raise refuse(
            "module-name-invalid",
            f"{name[:120]!r} cannot be a module's name: use a letter and then letters, digits, underscores "
            "and, in the file's name, hyphens, and no word that Python reserves.",
            file,
        )
    if _is_taken(name):
        raise refuse(
            "module-name-reserved",
            f"The module {name!r} would hide an installed one of the same name; give the file another name.",
            file,
        )


@lru_cache(maxsize=4096)
def _is_taken(name: str) -> bool:
    if name in _OWN or name in sys.stdlib_module_names:
        return True
    return PathFinder.find_spec(name, _installed_paths()) is not None


def installed_have_changed() -> None:
    """Look anew at which names are taken by what is installed."""
    _is_taken.cache_clear()


def _installed_paths() -> list[str]:
    """Directories of installed packages; the rest of sys.path, such as the current directory, is accidental."""
    known = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    return [entry for entry in sys.path if entry in known or Path(entry).name in {"site-packages", "dist-packages"}]


def check_service_name(name: object, file: str, line: int | None) -> str:
    """`name` itself. Raises DeploymentRefused where it is not a text that an item of configuration could be named."""
    if not isinstance(name, str) or _SERVICE.fullmatch(name) is None:
        raise refuse(
            "service-name-invalid",
            f"{str(name)[:120]!r} cannot be a service's name: it must start with a letter or a digit and go on with "
            "at most 119 letters, digits, spaces or any of . _ : @ - (ASCII only), the last of them no space.",
            file,
            line,
        )
    if name.startswith("zato."):
        raise refuse(
            "service-name-reserved",
            f"The service name {name!r} is reserved: names that start with 'zato.' are Zato's own.",
            file,
            line,
        )
    return name
