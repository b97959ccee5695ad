"""REST channels: JSON in, JSON out."""

from __future__ import annotations

from zato.config.kinds.channel_rest import CHANNEL_REST
from zato.connector.http_channel import HttpChannelPart

REST_CHANNEL = HttpChannelPart(
    kind=CHANNEL_REST,
    is_json=True,
    limit=lambda settings: settings.max_json_bytes,
    limit_setting="max_json_bytes",
    memory_factor=2,  # in pieces, and as bytes; what its JSON takes is counted once it is there
    request_type="application/json",
    text_type="application/json",
    response_type=lambda value: None,
)
