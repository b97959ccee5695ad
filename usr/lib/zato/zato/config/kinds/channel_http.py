"""Plain HTTP channels: a raw body in, any content type out."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from zato.config.kinds.channel import ADDED_FIELDS, HttpChannel, channel_errors, channel_unique_keys
from zato.config.kinds.http_field import media_type_errors
from zato.config.kinds.kind import Group, Kind, Reference
from zato.core.principal import Right


class ChannelHttp(HttpChannel, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One plain HTTP channel."""

    content_type: Annotated[
        str, Meta(min_length=3, max_length=200, description="Content type of responses, unless the service sets one.")
    ] = "text/plain; charset=utf-8"


def _validate(name: str, value: ChannelHttp) -> list[str]:
    return [*channel_errors(name, value), *media_type_errors("content_type", value.content_type)]


CHANNEL_HTTP = Kind(
    name="channel-http",
    struct=ChannelHttp,
    title="Plain HTTP channel",
    plural="Plain HTTP channels",
    group=Group.CHANNELS,
    right=Right.OPERATE,
    summary="Exposes a service that reads the raw body of a request and answers with any content type.",
    service_fields=("service",),
    example_name="orders.upload",
    example={"service": "orders.import-csv", "path": "/orders/upload", "methods": ["POST"], "content_type": "text/csv"},
    references=(Reference("security", Group.SECURITY, many=True),),
    added_fields=ADDED_FIELDS,
    validate=_validate,
    unique_keys=channel_unique_keys,
)
