"""All that a request is served from, immutable, replaced as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from zato.config.configuration import EMPTY, Configuration
from zato.deployment.loader import CodeSet
from zato.security.authentication import SecurityIndex
from zato.service.context import ServiceContext

if TYPE_CHECKING:
    from zato.connector.connections import OutgoingConnections
    from zato.host.settings import ServerSettings
    from zato.serving.http.channels import Channel
    from zato.serving.http.routes import RouteTable
    from zato.serving.limits.limit import Limit


@dataclass(slots=True)
class Snapshot:
    """One revision of the configuration with the code it activates. Not changed once requests can see it."""

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
    problems: tuple[str, ...]
    """A sentence for everything in it that cannot be used."""
    # These two refer back to the snapshot, so the builder sets them last.
    context: ServiceContext = field(init=False)
    routes: RouteTable[Channel] = field(init=False)

    @property
    def known(self) -> bool:
        """Whether any configuration was applied, from the ODB or from disk: if not, there is nothing to serve yet."""
        return self.configuration is not EMPTY
