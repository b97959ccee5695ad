"""What people change of how they prove who they are."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from zato.admin_api.schemas.values import RequestSchema, ResponseSchema

Password = Annotated[str, Meta(max_length=200, description="From 8 characters to 72 bytes.")]
Code = Annotated[
    str, Meta(min_length=6, max_length=40, description="A one-time password (RFC 6238), or a recovery code.")
]


class OwnPassword(RequestSchema, frozen=True):
    """One's password, and the one that is to take its place."""

    old: Password
    new: Password


class PasswordChanged(ResponseSchema, frozen=True):
    """Whose password it was. All sessions of theirs have ended, the one that was used for this among them."""

    principal: str
    revision: int


class KnownPassword(RequestSchema, frozen=True):
    """One's password."""

    password: Password


class SecondFactorState(ResponseSchema, frozen=True):
    """Whether somebody's password alone suffices to open a session, since when it does not, and codes that are left."""

    principal: str
    demanded: bool
    since: datetime | None
    recovery_codes: int


class TotpSecret(ResponseSchema, frozen=True):
    """What an application needs to make codes, which is shown this once: the secret in base32, or the address of it."""

    secret: str
    uri: str


class GivenCode(RequestSchema, frozen=True):
    """A code that shows that the application makes the right ones."""

    code: Code


class RecoveryCodes(ResponseSchema, frozen=True):
    """Each takes the place of a code once. They are shown this once."""

    recovery_codes: list[str]


class PasswordAndCode(RequestSchema, frozen=True):
    """One's password and a code."""

    password: Password
    code: Code
