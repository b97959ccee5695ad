"""Plain HTTP channels: a body as it came in, any content type out."""

from __future__ import annotations

from zato.config.kinds.channel_http import CHANNEL_HTTP
from zato.connector.http_channel import HttpChannelPart

HTTP_CHANNEL = HttpChannelPart(
    kind=CHANNEL_HTTP,
    is_json=False,
    limit=lambda settings: settings.max_body_bytes,
    limit_setting="max_body_bytes",
    memory_factor=6,  # in pieces, as bytes, and as text that has a character beyond the first 65,536
    request_type="*/*",
    text_type="text/plain",
    response_type=lambda value: value.content_type,
)
