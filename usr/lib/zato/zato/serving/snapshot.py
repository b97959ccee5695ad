"""All that a request is served from: data, immutable, replaced as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from zato.config.configuration import EMPTY, Configuration
from zato.connector.connections import OutgoingConnections
from zato.deployment.loader import CodeSet
from zato.host.settings import ServerSettings
from zato.security.authentication import SecurityIndex
from zato.service.user_config import UserConfig
from zato.serving.limits.limit import Limit


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One revision of the configuration with the code it activates."""

    configuration: Configuration
    codes: CodeSet
    security: SecurityIndex
    settings: ServerSettings
    limits: Mapping[str, float]
    """Time limits in seconds of the services that have one of their own."""
    inactive: frozenset[str]
    principals: Mapping[str, Limit]
    """Limits of the principals that have one, by name."""
    outgoing: OutgoingConnections
    user_config: UserConfig
    problems: tuple[str, ...]
    """A sentence for everything in it that cannot be used."""

    @property
    def known(self) -> bool:
        """Whether any configuration was applied, from the ODB or from disk: if not, there is nothing to serve yet."""
        return self.configuration is not EMPTY
