"""REST channels: method, path and parameters in, JSON in and out."""

from __future__ import annotations

from zato.config.kinds.channel import ADDED_FIELDS, HttpChannel, channel_errors, channel_unique_keys
from zato.config.kinds.kind import Group, Kind, Reference
from zato.core.principal import Right


class ChannelRest(HttpChannel, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One REST channel."""


CHANNEL_REST = Kind(
    name="channel-rest",
    struct=ChannelRest,
    title="REST channel",
    plural="REST channels",
    group=Group.CHANNELS,
    right=Right.OPERATE,
    summary="Exposes a service under a path: path parameters, query and JSON in, JSON out.",
    service_fields=("service",),
    example_name="customers.get",
    example={"service": "crm.get-customer", "path": "/customers/{id}", "methods": ["GET"], "security": ["crm-clients"]},
    references=(Reference("security", Group.SECURITY, many=True),),
    added_fields=ADDED_FIELDS,
    validate=channel_errors,
    unique_keys=channel_unique_keys,
)
