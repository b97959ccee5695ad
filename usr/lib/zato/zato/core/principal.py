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
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Principal:
    """An authenticated party; `name` is the name of the security definition that established it."""

    name: str
    authentication: Authentication
    roles: frozenset[Role] = frozenset()


ANONYMOUS = Principal("anonymous", Authentication.NONE)
