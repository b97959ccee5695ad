"""What database drivers say, in our words. They have no common error codes."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from zato.connector.outcome import Stage
from zato.connector.tls import refusal
from zato.sql.attempts import telling_line


@dataclass(frozen=True, slots=True)
class Failure:
    """`retriable`: the same again may work later."""

    stage: Stage
    reason: str
    timed_out: bool = False
    retriable: bool = True


_UNRESOLVED = "the host name cannot be resolved"
_PREFIX = re.compile(r"^connection to server .*? failed: (?:FATAL:\s*|ERROR:\s*)?")
_ORACLE_CODE = re.compile(r"\b((?:ORA|DPY)-\d+)")

# By what a message has in it, the first that fits; those of a server may come in the server's own language
_CONNECT_SIGNS: tuple[tuple[str, Stage], ...] = (
    ("could not translate host name", Stage.NAME),
    ("timeout expired", Stage.CONNECT),
    ("connection refused", Stage.CONNECT),
    ("no route to host", Stage.CONNECT),
    ("network is unreachable", Stage.CONNECT),
    ("too many", Stage.CONNECT),
    ("remaining connection slots", Stage.CONNECT),
    ("the database system is", Stage.CONNECT),
    ("server closed the connection", Stage.CONNECT),
    ("unable to open database file", Stage.CONNECT),
    ("pg_hba.conf", Stage.AUTHENTICATION),
    ("certificate", Stage.TLS),
    ("ssl", Stage.TLS),
    ("fatal:", Stage.AUTHENTICATION),
    ("authentication", Stage.AUTHENTICATION),
    ("password", Stage.AUTHENTICATION),
)
_MYSQL_CONNECT: dict[int, Stage] = {
    1044: Stage.AUTHENTICATION,
    1045: Stage.AUTHENTICATION,
    1049: Stage.AUTHENTICATION,  # the database does not exist, which a server says after the password only
    1698: Stage.AUTHENTICATION,
    2054: Stage.AUTHENTICATION,
    2026: Stage.TLS,
    3159: Stage.TLS,
}
_ORACLE_CONNECT: dict[str, Stage] = {
    "ORA-01017": Stage.AUTHENTICATION,
    "ORA-01005": Stage.AUTHENTICATION,
    "ORA-28000": Stage.AUTHENTICATION,
    "ORA-28001": Stage.AUTHENTICATION,
}
_TIMED_OUT = frozenset({"57014", 1969, 3024, "DPY-4024", "ORA-01013"})
_TRY_AGAIN = frozenset({"40001", "40P01", "55P03", 1205, 1213, "ORA-00060", "ORA-08177", "ORA-00054"})


def connect_failure(error: BaseException, *, strict: bool) -> Failure:
    """Why there is no connection; `error` is the driver's. `strict`: certificates that break a rule are refused."""
    found = (failure for cause in _causes(error) if (failure := _of_cause(cause, strict=strict)))
    return next(found, None) or _of_text(error)


def _of_cause(cause: BaseException, *, strict: bool) -> Failure | None:
    match cause:
        case ssl.SSLCertVerificationError():
            return Failure(Stage.TLS, refusal(cause, strict=strict), retriable=False)
        case ssl.SSLError():
            return Failure(Stage.TLS, _first_line(str(cause).partition(" (_ssl.c:")[0]), retriable=False)
        case socket.gaierror():
            return Failure(Stage.NAME, _UNRESOLVED, retriable=cause.errno == socket.EAI_AGAIN)
        case TimeoutError():
            return Failure(Stage.CONNECT, "no answer came in time", timed_out=True)
        case ConnectionError():
            return Failure(Stage.CONNECT, (cause.strerror or str(cause)).lower())
        case _:
            return None


def _of_text(error: BaseException) -> Failure:
    text = telling_line(str(error)).rstrip(". ")
    code = code_of(error)
    if isinstance(code, int):
        stage = _MYSQL_CONNECT.get(code, Stage.CONNECT)
        text = _first_line(str(error.args[1])) if len(error.args) > 1 else text
    elif code in _ORACLE_CONNECT:
        stage = _ORACLE_CONNECT[code]
    else:
        stage = next((stage for sign, stage in _CONNECT_SIGNS if sign in text.lower()), Stage.CONNECT)
    if stage is Stage.NAME:
        return Failure(stage, _UNRESOLVED, retriable="temporary" in text.lower())
    timed_out = "timeout expired" in text
    reason = "no answer came in time" if timed_out else _PREFIX.sub("", text)
    return Failure(stage, reason, timed_out=timed_out, retriable=stage is Stage.CONNECT)


def statement_failure(error: BaseException, *, lost: bool, committing: bool) -> Failure | None:
    """What stopped a statement that may well be right; None where the statement itself, or its data, is refused.

    `lost`: the connection is gone, and with it the transaction, unless it was being committed.
    """
    code = code_of(error)
    text = str(error).lower()
    if code in _TIMED_OUT:
        return Failure(Stage.QUERY, "the statement did not end in time", timed_out=True)
    if code in _TRY_AGAIN or "database is locked" in text or "database table is locked" in text:
        return Failure(Stage.QUERY, "others hold the locks that it needs")
    if lost and committing:
        return Failure(Stage.QUERY, "the connection was lost during the commit, which may have worked", retriable=False)
    if lost:
        return Failure(Stage.QUERY, "the connection was lost, or no answer came in time")
    return None


def code_of(error: BaseException) -> str | int | None:
    """The driver's code: SQLSTATE of PostgreSQL, a number of MySQL, ORA- or DPY- of Oracle."""
    state = getattr(error, "pgcode", None)
    if isinstance(state, str):
        return state
    first: Any = error.args[0] if error.args else None
    if isinstance(first, int):
        return first
    found = _ORACLE_CODE.search(str(error))
    return found[1] if found else None


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    waiting: list[Any] = [error]
    while waiting:
        each = waiting.pop()
        if isinstance(each, BaseException) and id(each) not in seen:
            seen.add(id(each))
            yield each
            # PyMySQL keeps what it has caught as an attribute
            waiting.extend((each.__cause__, each.__context__, getattr(each, "original_exception", None)))


def _first_line(text: str) -> str:
    return (text.strip().splitlines() or [""])[0].rstrip(". ")
