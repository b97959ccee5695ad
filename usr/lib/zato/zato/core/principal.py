"""Who is asking, and what the admin API lets them do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a principal may do with the admin API. All may read; operator and deployer stand side by side."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    DEPLOYER = "deployer"
    ADMIN = "admin"


class Right(StrEnum):
    """One thing that the admin API lets a principal do."""

    KNOW_ONESELF = "know oneself"
    """Ask who one is: any authenticated principal may, whatever its roles."""
    READ = "read the configuration and the state of the cluster"
    READ_LOG = "read the log of the servers' machines"
    """Which has what services write, and who has called."""
    OPERATE = "change channels, outgoing connections and settings of services, and deal with dead letters"
    DEPLOY = "deploy, activate and withdraw services"
    INVOKE = "invoke services"
    """Whoever may change channels can reach every service; what takes code of one's own is DEPLOY."""
    ADMINISTER = "change security definitions, servers and the configuration as a whole"


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
