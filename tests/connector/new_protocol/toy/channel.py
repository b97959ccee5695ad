"""Toy channels: texts with a type of their own."""

from __future__ import annotations

from zato.config.kinds.channel_toy import CHANNEL_TOY

from zato.connector.http_channel import HttpChannelPart

TOY_CHANNEL = HttpChannelPart(
    kind=CHANNEL_TOY,
    is_json=False,
    limit=lambda settings: 5,
    limit_setting="max_body_bytes",
    memory_factor=6,
    request_type="text/x-toy",
    text_type="text/x-toy",
    response_type=lambda value: "text/x-toy",
)
