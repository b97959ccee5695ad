"""What a request says in HTTP Basic (RFC 7617)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from zato.core.errors import InvalidInput, Unauthorized

AUTHORIZATION = "HTTP_AUTHORIZATION"
_SCHEME = "basic"
_PASSWORD_BYTES_MAX = 72


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user's name and a password, as they were sent. Its repr does not show the password."""

    user: str
    password: bytes

    def __repr__(self) -> str:
        return f"Credentials({self.user!r})"


def credentials_of(environ: Mapping[str, Any]) -> Credentials | None:
    """The credentials of a WSGI request; None where it has none, or another scheme's.

    Raises Unauthorized for what nobody's password can be: bcrypt looks at 72 bytes, and takes what comes after a NUL
    for the beginning once more. Raises InvalidInput where there are several.
    """
    value = environ.get(AUTHORIZATION)
    if value is None or not _is_basic(value):
        return None
    encoded = value[len(_SCHEME) :].strip()
    if "," in encoded:  # the edge puts several headers into one; base64 has no comma
        raise InvalidInput("The request has several Authorization headers; send one.", code="several-authorizations")
    try:
        decoded = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
        name, colon, password = decoded.partition(b":")
        user = name.decode("utf-8")
    except (ValueError, binascii.Error) as error:
        raise Unauthorized from error
    if not colon:
        raise Unauthorized
    return credentials_from(user, password)


def credentials_from(user: str, password: bytes) -> Credentials:
    """Raises Unauthorized for what nobody's password can be."""
    if b"\0" in password or len(password) > _PASSWORD_BYTES_MAX:
        raise Unauthorized
    return Credentials(user, password)


def forget_password(environ: dict[str, Any]) -> None:
    """Removes the password from the request, before services see it."""
    value = environ.get(AUTHORIZATION)
    if value is not None and _is_basic(value):
        del environ[AUTHORIZATION]


def _is_basic(value: str) -> bool:
    return value[:5].lower() == _SCHEME and value[5:6] in ("", " ", "\t")
