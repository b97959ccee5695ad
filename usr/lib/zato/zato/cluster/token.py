"""The token that lets one machine join: where the cluster is, how to know it, and a secret that works once. Pure."""

from __future__ import annotations

import base64
import binascii
from hashlib import sha256
from typing import Annotated

import msgspec

from zato.core.errors import InvalidInput

SECRET_BYTES = 32
_PREFIX = "zato1-"
_CHECKSUM_BYTES = 4
_CHARACTERS_MAX = 2000


class JoinToken(msgspec.Struct, frozen=True, array_like=True):
    """What a machine that joins has to know before it can believe anybody."""

    address: Annotated[str, msgspec.Meta(min_length=1, max_length=253)]
    """Host name or IP address of the balancer, as other machines reach it."""
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=253)]
    """The name in the balancer's certificate, which may be another one than the address."""
    authority: Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]
    """SHA-256 of the DER of the cluster's CA certificate."""
    secret: Annotated[bytes, msgspec.Meta(min_length=SECRET_BYTES, max_length=SECRET_BYTES)]
    server: Annotated[int, msgspec.Meta(ge=1, le=64)]
    """The number that was reserved for the new server."""
    expires: Annotated[int, msgspec.Meta(ge=0)]
    """Seconds since 1970, for people: what counts is what the cluster knows."""


def encode(token: JoinToken) -> str:
    """One word that can be copied as a whole, of letters, digits, - and _."""
    payload = msgspec.msgpack.encode(token)
    return _PREFIX + base64.urlsafe_b64encode(payload + _checksum(payload)).rstrip(b"=").decode()


def decode(text: str) -> JoinToken:
    """The token. Raises InvalidInput where it was not copied as a whole, or is of another version."""
    word = text.strip()
    if not word.startswith(_PREFIX):
        raise InvalidInput(
            f"This is no token of this version of Zato: one starts with {_PREFIX}. Make one on the cluster's first "
            "machine with: zato server create --token",
            code="not-a-token",
        )
    encoded = word.removeprefix(_PREFIX)
    try:
        raw = base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
        payload, checksum = raw[:-_CHECKSUM_BYTES], raw[-_CHECKSUM_BYTES:]
        if len(word) > _CHARACTERS_MAX or checksum != _checksum(payload):
            raise ValueError("The checksum is another one.")
        return msgspec.msgpack.decode(payload, type=JoinToken)
    except (binascii.Error, ValueError, msgspec.MsgspecError) as error:
        raise InvalidInput(
            "The token is not as it was made: a character is missing or was changed. Copy it once more, as a whole.",
            code="token-damaged",
        ) from error


def digest(secret: bytes) -> str:
    """What the cluster keeps of a secret."""
    return sha256(secret).hexdigest()


def _checksum(payload: bytes) -> bytes:
    return sha256(_PREFIX.encode() + payload).digest()[:_CHECKSUM_BYTES]
