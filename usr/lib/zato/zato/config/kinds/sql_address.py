"""SQLAlchemy URLs of other systems' databases, taken apart strictly.

Whoever may write such an item need not be trusted with this machine. A driver takes over from the query whatever its
connect function knows, and that is a lot: files to be read and sent, other hosts, other options files, code to be
loaded. So each driver's parameters are the few that are listed here.
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from zato.config.kinds.address import host_error, url_text_errors

_POSTGRESQL = frozenset(
    {
        "application_name",
        "channel_binding",
        "client_encoding",
        "connect_timeout",
        "host",
        "keepalives",
        "keepalives_count",
        "keepalives_idle",
        "keepalives_interval",
        "options",
        "sslmode",
        "target_session_attrs",
        "tcp_user_timeout",
    }
)
_MYSQL = frozenset({"charset", "collation", "ssl_check_hostname", "ssl_disabled", "unix_socket", "use_unicode"})
_ORACLE = frozenset({"mode", "purity", "service_name"})

_PARAMETERS = {
    "postgresql+psycopg2": _POSTGRESQL,
    "mysql+pymysql": _MYSQL,
    "mariadb+pymysql": _MYSQL,
    "oracle+oracledb": _ORACLE,
    "oracle+cx_oracle": _ORACLE,
    "sqlite": frozenset[str](),
}
# Only sockets of this machine: a host that is named here would not be checked as that of the URL is
_PATHS = frozenset({"host", "unix_socket"})
_SOCKET_PATH = re.compile(r"/[^,]*")  # libpq takes a list, of other hosts as well
_SECRET_PARAMETERS = re.compile(r"passw|passwd|pwd|secret|token", re.IGNORECASE)
_SQLITE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
# What SQLite puts beside a database
_OF_SQLITE = ("-journal", "-wal", "-shm")
# It becomes a part of a connect descriptor, in which a parenthesis starts another setting
_ORACLE_NAME = re.compile(r"[A-Za-z0-9_.$#-]*")


def sql_errors(field: str, url: str) -> list[str]:
    """What is wrong with an SQLAlchemy URL that must name its driver and carry no credentials.

    A bare `postgresql://` is refused since it names another driver in another version of SQLAlchemy.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        return [f"{field}: it cannot be taken apart as a URL ({error})"]
    errors = url_text_errors(field, url)
    if parts.scheme not in _PARAMETERS:
        return [*errors, f"{field}: it must start with a database and its driver, one of {', '.join(_PARAMETERS)}"]
    if "@" in parts.netloc:
        errors.append(f"{field}: credentials do not belong here; use username and password")
    elif parts.scheme == "sqlite":
        errors.extend(_file_errors(field, parts))
    elif not parts.hostname:
        errors.append(f"{field}: the host is missing")
    elif (host := host_error(parts.hostname)) is not None:
        errors.append(f"{field}: {host}")
    if port == 0:
        errors.append(f"{field}: 0 is not a port")
    if parts.fragment:
        errors.append(f"{field}: it must not have a fragment ('#')")
    if parts.scheme.startswith("oracle") and _ORACLE_NAME.fullmatch(unquote(parts.path).removeprefix("/")) is None:
        errors.append(f"{field}: the name of an Oracle database has letters, digits and . _ - $ # only")
    return [*errors, *sql_parameter_errors(field, url)]


def sql_parameter_errors(field: str, url: str) -> list[str]:
    """What is wrong with the URL's parameters, which decide what the driver does on this machine."""
    scheme = url.partition(":")[0]
    allowed = _PARAMETERS.get(scheme, frozenset())
    errors = []
    # Cut where SQLAlchemy cuts, which knows no fragments
    for name, value in parse_qsl(url.partition("?")[2], keep_blank_values=True):
        if _SECRET_PARAMETERS.search(name):
            errors.append(f"{field}: the parameter {name!r} looks like a secret; use password")
        elif name not in allowed:
            known = f"there are {', '.join(sorted(allowed))}" if allowed else "it has none"
            errors.append(f"{field}: the parameter {name!r} is not one that a {scheme} URL may have; {known}")
        elif name in _PATHS and _SOCKET_PATH.fullmatch(value) is None:
            errors.append(
                f"{field}: the parameter {name!r} is for the path of a socket, which starts with '/' and has no ','"
            )
        elif name == "service_name" and _ORACLE_NAME.fullmatch(value) is None:
            errors.append(f"{field}: a service_name has letters, digits and . _ - $ # only")
    return errors


def sqlite_name_error(name: str) -> str | None:
    """What is wrong with the name of an SQLite file, or None."""
    if _SQLITE_NAME.fullmatch(name) is None or name.endswith(_OF_SQLITE):
        return (
            "SQLite takes the name of a file: a letter or a digit, then letters, digits and . _ -, for instance "
            "sqlite:///stock.db"
        )
    return None


def _file_errors(field: str, parts: SplitResult) -> list[str]:
    error = sqlite_name_error("" if parts.netloc else parts.path.removeprefix("/"))
    return [] if error is None else [f"{field}: {error}"]
