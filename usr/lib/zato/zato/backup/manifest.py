"""What a backup says of itself: its first member, and the only one that is read before everything else is known."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Literal

import msgspec

from zato import __version__
from zato.core.errors import InvalidInput

FORMAT = 1
NAME = "manifest.json"
MANIFEST_BYTES_MAX = 16 * 1024 * 1024

Kind = Literal["quickstart", "appliance"]
_NAME = "^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*){0,5}$"
_SHA256 = "^[0-9a-f]{64}$"


MemberName = Annotated[str, msgspec.Meta(pattern=_NAME, max_length=100)]


class Member(msgspec.Struct, frozen=True):
    """One file; its name begins with its part's, and leads nowhere but down."""

    name: MemberName
    size_bytes: Annotated[int, msgspec.Meta(ge=0)]
    sha256: Annotated[str, msgspec.Meta(pattern=_SHA256)]


class Table(msgspec.Struct, frozen=True):
    """What a table of the ODB held; see zato.odb.contents."""

    rows: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """`counts` are of each part, by what they count; `tables` are of the ODB; `not_included` are sentences."""

    format: int
    release: str
    cluster: str
    kind: Kind
    created: datetime
    database: str
    odb_version: str
    revision: int
    servers: tuple[Annotated[int, msgspec.Meta(ge=1, le=64)], ...]
    members: tuple[Member, ...]
    counts: dict[str, dict[str, int]]
    tables: dict[str, Table]
    not_included: tuple[str, ...]


class _Heading(msgspec.Struct):
    format: int
    release: str = ""


def is_name(text: str) -> bool:
    """Whether a member can be called so."""
    try:
        msgspec.convert(text, MemberName)
    except msgspec.ValidationError:
        return False
    return True


def encode(manifest: Manifest) -> bytes:
    """As JSON, which people may read too."""
    return msgspec.json.format(msgspec.json.encode(manifest)) + b"\n"


def decode(data: bytes) -> Manifest:
    """Raises InvalidInput where it is none, or where a newer release has written it."""
    try:
        heading = msgspec.json.decode(data, type=_Heading)
        if heading.format > FORMAT or is_newer(heading.release):
            raise InvalidInput(
                f"The backup was made by Zato {heading.release or 'of a later release'}, and this is {__version__}; "
                "restore it with that release or a later one.",
                code="backup-newer",
            )
        manifest = msgspec.json.decode(data, type=Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InvalidInput(f"The backup's manifest is not valid: {error}.", code="backup-invalid") from error
    if len({member.name for member in manifest.members}) != len(manifest.members):
        raise InvalidInput("The backup's manifest names a file twice.", code="backup-invalid")
    return manifest


def is_newer(release: str) -> bool:
    """Whether a release is a later one than this. What is no release's name is."""
    return _numbers(release) > _numbers(__version__) if re.match("[0-9]+[.][0-9]", release) else bool(release)


def _numbers(release: str) -> tuple[int, ...]:
    return tuple(int(text) for text in re.findall("[0-9]+", release.partition("+")[0].partition("~")[0]))
