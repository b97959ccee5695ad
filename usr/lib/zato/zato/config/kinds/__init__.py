"""All kinds of configuration items, by name."""

from __future__ import annotations

from typing import Any

from zato.config.kinds.balancer import BALANCER, Balancer
from zato.config.kinds.channel import HttpChannel
from zato.config.kinds.channel_http import CHANNEL_HTTP, ChannelHttp
from zato.config.kinds.channel_rest import CHANNEL_REST, ChannelRest
from zato.config.kinds.deployment import DEPLOYMENT, DeploymentVersion
from zato.config.kinds.kind import Binding, Group, Kind, Reference, UniqueKey
from zato.config.kinds.outgoing_rest import OUTGOING_REST, OutgoingRest, OutgoingSecurity
from zato.config.kinds.outgoing_sql import OUTGOING_SQL, OutgoingSql
from zato.config.kinds.packages import PACKAGES, Packages
from zato.config.kinds.security import Definition
from zato.config.kinds.security_api_key import SECURITY_API_KEY, SecurityApiKey
from zato.config.kinds.security_basic import SECURITY_BASIC, SecurityBasic
from zato.config.kinds.security_tls import SECURITY_TLS, SecurityTls
from zato.config.kinds.server import SERVER, Server
from zato.config.kinds.service import SERVICE, ServiceSettings
from zato.core.errors import NotFound
from zato.core.suggestions import did_you_mean

__all__ = [
    "KINDS",
    "Balancer",
    "Binding",
    "ChannelHttp",
    "ChannelRest",
    "Definition",
    "DeploymentVersion",
    "Group",
    "HttpChannel",
    "Kind",
    "OutgoingRest",
    "OutgoingSecurity",
    "OutgoingSql",
    "Packages",
    "Reference",
    "SecurityApiKey",
    "SecurityBasic",
    "SecurityTls",
    "Server",
    "ServiceSettings",
    "UniqueKey",
    "kind_named",
    "kinds_in",
    "lets_in",
    "letting_in",
    "targets",
]

KINDS: dict[str, Kind[Any]] = {
    "channel-rest": CHANNEL_REST,
    "channel-http": CHANNEL_HTTP,
    "security-basic": SECURITY_BASIC,
    "security-api-key": SECURITY_API_KEY,
    "security-tls": SECURITY_TLS,
    "outgoing-rest": OUTGOING_REST,
    "outgoing-sql": OUTGOING_SQL,
    "service": SERVICE,
    "server": SERVER,
    "balancer": BALANCER,
    "packages": PACKAGES,
    "deployment": DEPLOYMENT,
}


def kind_named(name: str) -> Kind[Any]:
    """The kind of that name. Raises NotFound, which names the kinds there are."""
    kind = KINDS.get(name)
    if kind is None:
        hint = did_you_mean(name, KINDS, f"there are {', '.join(KINDS)}")
        raise NotFound(f"There is no kind of configuration item called {name[:100]!r}{hint}", code="unknown-kind")
    return kind


def lets_in(kind: str) -> bool:
    """Whether items of this kind decide who gets in."""
    return kind in KINDS and KINDS[kind].lets_in


def letting_in() -> tuple[Kind[Any], ...]:
    """The kinds of definitions that decide who gets in."""
    return tuple(kind for kind in KINDS.values() if kind.lets_in)


def kinds_in(group: Group) -> tuple[Kind[Any], ...]:
    """The kinds with this role."""
    return tuple(kind for kind in KINDS.values() if kind.group is group)


def targets(reference: Reference) -> tuple[str, ...]:
    """The kinds that a reference may name items of."""
    if isinstance(reference.to, Group):
        return tuple(kind.name for kind in kinds_in(reference.to))
    return (reference.to,)
