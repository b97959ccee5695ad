"""Time-based one-time passwords (RFC 6238): six digits that change each 30 seconds. Pure, but for new secrets."""

from __future__ import annotations

import base64
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from cryptography.hazmat.primitives.constant_time import bytes_eq
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

_SECRET_BYTES = 20
_DIGITS = 6
_PERIOD_SECONDS = 30
# One period before and after: clocks differ, and people type
_BESIDE = 1
_RECOVERY_CODES = 10
_RECOVERY_BYTES = 10
_CODE = re.compile(r"[0-9]{6}")


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A secret in base32, as people type it, and as an address that applications read as a picture."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)


def new_secret(name: str, issuer: str) -> NewSecret:
    """A secret that nobody has had."""
    key = secrets.token_bytes(_SECRET_BYTES)
    return NewSecret(base64.b32encode(key).decode(), _totp(key).get_provisioning_uri(name, issuer))


def code_at(secret: str, now: datetime) -> str:
    """The code of a moment."""
    return _totp(base64.b32decode(secret)).generate(int(now.timestamp())).decode()


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The period that the code is of, where it is this one or one beside it. Takes the same time for all codes."""
    totp, step, found = _totp(base64.b32decode(secret)), int(now.timestamp()) // _PERIOD_SECONDS, None
    for each in range(step - _BESIDE, step + _BESIDE + 1):
        if bytes_eq(totp.generate(each * _PERIOD_SECONDS), code.encode("utf-8", "backslashreplace")):
            found = each
    return found


def written(code: str) -> str:
    """A code without what people put between its parts, in lower case."""
    return "".join(code.split()).replace("-", "").lower()


def is_code(text: str) -> bool:
    """Whether it can be a one-time password; anything else may be a recovery code."""
    return _CODE.fullmatch(text) is not None


def new_recovery_codes() -> tuple[str, ...]:
    """Ten codes of 80 bits, each of which takes the place of a one-time password once."""
    texts = (base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode().lower() for _ in range(_RECOVERY_CODES))
    return tuple("-".join(text[index : index + 4] for index in range(0, len(text), 4)) for text in texts)


def recovery_digest(code: str) -> str:
    """What is kept of a recovery code."""
    return sha256(written(code).encode("utf-8", "backslashreplace")).hexdigest()


def _totp(key: bytes) -> TOTP:
    return TOTP(key, _DIGITS, SHA1(), _PERIOD_SECONDS)  # noqa: S303 (what the applications know)
