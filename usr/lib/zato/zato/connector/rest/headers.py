"""Headers of outgoing requests: what the caller gives, what the connection adds, who wins."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from os import urandom
from typing import Any

from zato import __version__
from zato.config.kinds import OutgoingRest
from zato.config.kinds.outgoing_rest import OutgoingSecurity

_TRACE_ID = re.compile(r"(?!0{32})[0-9a-f]{32}")
# http.client lets folded lines through, which some servers take for a header of their own (RFC 9112, 5.2)
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
# The client's own: where a message ends is not for a service to say
_FRAMING = frozenset({"connection", "content-length", "host", "transfer-encoding"})


def credentials(value: OutgoingRest, password: str | None, secret: str | None) -> dict[str, str]:
    """The headers by which Zato authenticates itself."""
    match value.security:
        case OutgoingSecurity.BASIC:
            pair = base64.b64encode(f"{value.username}:{password or ''}".encode()).decode()
            return {"Authorization": f"Basic {pair}"}
        case OutgoingSecurity.API_KEY:
            return {value.header: secret or ""}
        case OutgoingSecurity.BEARER:
            return {"Authorization": f"Bearer {secret or ''}"}
        case OutgoingSecurity.CERTIFICATE | OutgoingSecurity.NONE:
            return {}


def composed(
    cid: str, content_type: str | None, given: Mapping[str, Any], authentication: Mapping[str, str]
) -> dict[str, str]:
    """All headers of one request.

    Those that the service gave replace the defaults. The correlation id and the connection's credentials replace
    what the service gave. `traceparent` is W3C Trace Context's, where the correlation id can be a trace-id.
    Raises ValueError where a value could be read as more than one header.
    """
    own = {"X-Zato-CID": cid, **authentication}
    if _TRACE_ID.fullmatch(cid):
        own["traceparent"] = f"00-{cid}-{urandom(8).hex()}-01"
    defaults = {"Accept": "application/json, */*;q=0.5", "Accept-Encoding": "gzip", "User-Agent": f"zato/{__version__}"}
    if content_type is not None:
        defaults["Content-Type"] = content_type
    by_name: dict[str, tuple[str, str]] = {}
    for headers in (defaults, given, own):
        for name, value in headers.items():
            if name.lower() not in _FRAMING:
                by_name[name.lower()] = (name, str(value))
    for name, value in by_name.values():
        if _CONTROL.search(value):
            raise ValueError(f"the header {name!r} has a control character in it")
    return dict(by_name.values())
