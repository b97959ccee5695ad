"""Who is asking."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a principal may do with the admin API. All may read; operator and deployer stand side by side."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    DEPLOYER = "deployer"
    ADMIN = "admin"


class Authentication(StrEnum):
    """How a principal was established."""

    NONE = "none"
    BASIC = "basic"
    API_KEY = "api-key"
    TLS_CLIENT = "tls-client"
    SESSION = "session"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Principal:
    """An authenticated party; `name` is the name of the security definition that established it."""

    name: str
    authentication: Authentication
    roles: frozenset[Role] = frozenset()
    client: str | None = None
    """Of a session: what it was opened by."""
    session: str | None = None
    """The session's id."""

    @property
    def through(self) -> str:
        """By what means it is known, and of a session what that was opened by."""
        return self.authentication.value if self.client is None else f"{self.authentication.value} {self.client}"


ANONYMOUS = Principal("anonymous", Authentication.NONE)
