"""Programs of Debian that Zato starts."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from zato.core.errors import SetupError

_PACKAGES = {
    "haproxy": ("haproxy",),
    "lighttpd": ("lighttpd", "lighttpd-mod-openssl", "lighttpd-modules-lua", "lua-luaossl"),
    "git": ("git",),
}
_OTHER_PACKAGES = {
    "mariadb": ("mariadb-client",),
    "mariadb-dump": ("mariadb-client",),
    "pg_dump": ("postgresql-client",),
    "pg_restore": ("postgresql-client",),
}
"""Packages of programs that not every cluster needs."""
# haproxy and lighttpd are in /usr/sbin, which a user's PATH often does not have
PLACES = "/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin"
_LIGHTTPD_MODULES = {"mod_openssl.so": "lighttpd-mod-openssl", "mod_magnet.so": "lighttpd-modules-lua"}
_LIGHTTPD_LIBRARY = Path("/usr/share/lua/5.4/openssl/x509.lua")
"""The library by which lighttpd's script knows the cluster's certificates."""


def program(name: str) -> str:
    """The path of a program. Raises SetupError that says what to install."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:{PLACES}")
    if found is None:
        packages = {**_PACKAGES, **_OTHER_PACKAGES}.get(name, (name,))
        raise SetupError(
            f"{name} is not installed; run: apt-get install {' '.join(packages)}",
            code="missing-program",
        )
    return found


def check_programs(modules: Path = Path("/usr/lib/lighttpd"), library: Path = _LIGHTTPD_LIBRARY) -> None:
    """Raises SetupError for the first program, or part of lighttpd's, that is not installed."""
    for name in _PACKAGES:
        program(name)
    if not modules.is_dir():  # lighttpd from elsewhere than Debian says itself what it misses
        return
    for file, package in _LIGHTTPD_MODULES.items():
        if not (modules / file).exists():
            raise SetupError(
                f"lighttpd has no {file}; run: apt-get install {package}",
                code="missing-program",
            )
    if not library.exists():
        raise SetupError("lighttpd's scripts have no OpenSSL; run: apt-get install lua-luaossl", code="missing-program")
