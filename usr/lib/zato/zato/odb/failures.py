"""SQLAlchemy's exceptions as the errors of Zato."""

from __future__ import annotations

import re
from pathlib import Path
from shlex import quote

from sqlalchemy import exc

from zato.core.errors import Conflict, InvalidInput, Unavailable, ZatoError
from zato.sql.attempts import telling_line
from zato.sql.verification import remedy

# SQLite, PostgreSQL, MySQL, Oracle, in this order, and zato.odb.sqlite_file where there is no file
_LOST = re.compile(
    r"no such table|relation \S+ does not exist|\(1146,|ORA-00942|is not there; put it back", re.IGNORECASE
)
_OLDER = re.compile(r"no such column|column \S+ does not exist|\(1054,|ORA-00904", re.IGNORECASE)
# PostgreSQL's and OpenSSL's words for a certificate that is not accepted, and for a server without TLS
_NOT_VERIFIED = re.compile(
    r"certificate verify failed|root certificate file|server certificate for|does not support SSL|SSL is required",
    re.IGNORECASE,
)

# SQLite, PostgreSQL, MySQL, in this order
_FULL = re.compile(r"database or disk is full|No space left on device|\(1021,|\(1114,|ORA-0165[1-9]", re.IGNORECASE)
_READ_ONLY = re.compile(
    r"attempt to write a readonly database|read-only transaction|read-only mode|\(1290,|\(1792,|\(1836,|ORA-16000",
    re.IGNORECASE,
)
_DAMAGED = re.compile(r"file is not a database|disk image is malformed|database corruption", re.IGNORECASE)
_NOT_OPENED = re.compile(r"unable to open database file|disk I/O error", re.IGNORECASE)
FULL, READ_ONLY, DAMAGED, LOST = "odb-full", "odb-read-only", "odb-damaged", "odb-not-initialised"
TAKES_NO_CHANGES = frozenset((FULL, READ_ONLY, "odb-moved", "odb-moving"))
"""Codes of an ODB that may be read all the same."""

FROZEN = re.compile(r"zato-odb-(?P<stage>moving|moved): <(?P<place>[^>]*)>")
"""What the triggers of zato.odb.write_freeze say."""


OUTSIDE = "The database behind this cannot be used for now; the server's log has the reason under this correlation id."


def translate(error: exc.SQLAlchemyError, label: str, dialect: str, *, committing: bool = False) -> ZatoError:
    """What the rest of Zato sees; `label` is the ODB's URL without its password.

    Whatever a later try can heal (no connection, a time-out, a deadlock) is Unavailable. An error that was met while
    committing leaves open whether the transaction was stored, and says so.
    """
    if isinstance(error, exc.StatementError) and isinstance(error.orig, ZatoError):
        return error.orig
    found = _translated(error, label, dialect, committing=committing)
    found.message_outside = OUTSIDE
    return found


def lost(label: str, dialect: str) -> Unavailable:
    """The error for an ODB without the cluster in it: its file is missing or empty, or its database is empty.

    An ODB is made with its cluster and never again by itself, since the one that is missing may still be found.
    """
    file = label.removeprefix("sqlite:///")
    what, back = (
        (f"The ODB's file, {file}, is not there, has", "Stop the cluster, and put the file back,")
        if dialect == "sqlite"
        else (f"The ODB at {label} has", "See whether zato.toml names the right database, and restore it,")
    )
    return Unavailable(
        f"{what} nothing of the cluster in it, or is an older release's (then: zato odb upgrade). Servers go on with "
        f"what they know. {back} or a backup of the cluster: zato restore FILE. Only where the cluster is new, or all "
        "of it is given up, begin with an empty one: zato odb init",
        code=LOST,
        retry_after_seconds=60,
    )


def lacks_what_is_asked(error: exc.SQLAlchemyError) -> bool:
    """Whether a table or a column is missing, as in a database that is empty, or an older release's."""
    reason = _reason(error)
    return _LOST.search(reason) is not None or _OLDER.search(reason) is not None


def _translated(  # noqa: PLR0911 - one for each error
    error: exc.SQLAlchemyError, label: str, dialect: str, *, committing: bool
) -> ZatoError:
    reason = _reason(error)
    if frozen := FROZEN.search(reason):
        return _frozen(frozen["stage"], frozen["place"], label)
    if _LOST.search(reason):
        return lost(label, dialect)
    if isinstance(error, exc.IntegrityError):
        return Conflict(f"The ODB at {label} already has something that this change contradicts: {reason}.")
    if isinstance(error, exc.DataError):
        return InvalidInput(f"The ODB at {label} cannot store a value: {reason}.")
    unusable = _unusable(reason, label, dialect)
    if unusable is not None:
        return unusable
    gone = isinstance(error, exc.DBAPIError) and error.connection_invalidated
    if gone or isinstance(error, exc.OperationalError | exc.InterfaceError | exc.TimeoutError | exc.DisconnectionError):
        outcome = "whether the change was stored is not known" if committing else "nothing was changed"
        if _NOT_VERIFIED.search(reason):
            text = f"is not used, since it could not prove who it is: {reason}. {remedy(dialect)}."
            return Unavailable(f"The ODB at {label} {text}", code="odb-not-verified")
        return Unavailable(
            f"The ODB at {label} cannot be used for now and {outcome}: {reason}. Check that the database runs and "
            "that this machine reaches it, then try again.",
            code="odb-unavailable",
        )
    return ZatoError(f"The ODB at {label} did not accept a statement: {reason}.", code="odb-error")


def _unusable(reason: str, label: str, dialect: str) -> Unavailable | None:
    """Where the database itself, or its disk, is what is to be mended."""
    sqlite = dialect == "sqlite"
    file = label.removeprefix("sqlite:///")
    directory = quote(str(Path(file).parent))
    if _FULL.search(reason):
        disk = f"The disk that has {file}" if sqlite else f"The disk of the ODB at {label}"
        return Unavailable(
            f"{disk} has no space left, or no inodes, so nothing can be changed ({reason}). Make room there"
            f"{f': du -xh --max-depth=2 {directory} | sort -h | tail' if sqlite else ''}; the rest follows by "
            "itself.",
            code=FULL,
        )
    if _READ_ONLY.search(reason):
        what = (
            f"{file} cannot be written to: its file system is mounted read-only, or the file or its directory is not "
            f"this user's to write. See: findmnt -T {quote(file)}; ls -l {quote(file)}"
            if sqlite
            else f"The ODB at {label} is read-only, as a standby is, or was made so by its administrator"
        )
        return Unavailable(f"{what}; nothing can be changed meanwhile ({reason}).", code=READ_ONLY)
    if _DAMAGED.search(reason):
        return Unavailable(
            f"The ODB at {label} is damaged ({reason}). Servers go on with what they know. Stop the cluster, put a "
            f"good copy in its place{f' (move {file}, {file}-wal and {file}-shm away first)' if sqlite else ''}, and "
            "start it again: zato restore FILE",
            code=DAMAGED,
            retry_after_seconds=60,
        )
    if sqlite and _NOT_OPENED.search(reason):
        return Unavailable(
            f"{file} cannot be opened or read ({reason}). See whether it is there, whose it is and what its disk says: "
            f"ls -l {quote(file)}*; df {directory}; dmesg | tail",
            code="odb-not-opened",
        )
    return None


def _frozen(stage: str, place: str, label: str) -> Unavailable:
    if stage == "moved":
        return Unavailable(
            f"The ODB at {label} was moved to {place}, so nothing is changed here any more. Name the new one in "
            "zato.toml of this machine (`zato odb use URL`) and restart its servers.",
            code="odb-moved",
            retry_after_seconds=60,
        )
    return Unavailable(
        f"The ODB at {label} is being moved and nothing can be changed meanwhile; try again later. If `zato odb move` "
        "was interrupted, repeat it, or give it up by `zato odb move --abort`.",
        code="odb-moving",
    )


def _reason(error: exc.SQLAlchemyError) -> str:
    cause = error.orig if isinstance(error, exc.DBAPIError) else error
    return telling_line(str(cause)).rstrip(".") or type(cause).__name__
