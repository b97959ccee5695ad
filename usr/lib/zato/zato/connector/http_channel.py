"""What protocols over HTTP register of their channels, and the channels that there are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from zato.config.kinds import Kind
from zato.host.settings import ServerSettings


@dataclass(frozen=True, slots=True)
class HttpChannelPart:
    """What a protocol makes of the bodies of requests and responses; all else is the same for all of them.

    The kind's struct derives from HttpChannel. Where a body `is_json`, services get what its JSON says; otherwise they
    get it as it came. `response_type` is the content type of responses whose services set none, by the channel's value;
    None leaves it to what the service answers.
    """

    kind: Kind[Any]
    is_json: bool
    limit: Callable[[ServerSettings], int]
    """The size of a body that the server's settings allow, where a channel has no limit of its own."""
    limit_setting: str
    """The name of that setting."""
    memory_factor: int
    """Memory that reading a body takes, in sizes of the body."""
    request_type: str
    """Media type of a request whose service declares nothing of it."""
    text_type: str
    """Media type of a request whose service takes one text."""
    response_type: Callable[[Any], str | None]
