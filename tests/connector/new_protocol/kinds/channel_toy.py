"""Toy channels: what is put into a box, in its own type."""

from __future__ import annotations

from zato.config.kinds.channel import ADDED_FIELDS, HttpChannel, channel_errors, channel_unique_keys
from zato.config.kinds.kind import Group, Kind, Reference
from zato.core.principal import Right


class ChannelToy(HttpChannel, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One toy channel."""


CHANNEL_TOY = Kind(
    name="channel-toy",
    struct=ChannelToy,
    title="Toy channel",
    plural="Toy channels",
    group=Group.CHANNELS,
    right=Right.OPERATE,
    summary="Hands what is put into a box to a service.",
    service_fields=("service",),
    example_name="toys",
    example={"service": "toys.take", "path": "/toys"},
    references=(Reference("security", Group.SECURITY, many=True),),
    added_fields=ADDED_FIELDS,
    validate=channel_errors,
    unique_keys=channel_unique_keys,
)
