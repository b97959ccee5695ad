"""lighttpd's files as a pure function of a LighttpdView."""

from __future__ import annotations

from base64 import b64encode

from zato.agent.lighttpd.names import CLOSING, CONFIGURATION, PID, REQUEST_SCRIPT, RESPONSE_SCRIPT, UPLOADS
from zato.agent.lighttpd.view import LighttpdView
from zato.agent.limits import HEAD_BYTES_MAX, HEADERS_MAX, URI_BYTES_MAX
from zato.agent.values import BACKEND_GONE, ERRORS, GONE_BY_APPLICATION, checked_address, error_body, quoted
from zato.core.target import INVALID_PATH
from zato.host.templates import render_template
from zato.pki.authority import BALANCER_NAME

_CID = "@cid@"
_OTHER = ("error", "The request could not be handled.")


def render(view: LighttpdView) -> dict[str, str]:
    """Text by file name for `view.directory`; "lighttpd.conf" is the one lighttpd is started with.

    Raises SetupError for a value that cannot stand in the configuration.
    """
    address = checked_address(view.address)
    bind = f"[{address}]" if ":" in address else address
    return {
        CONFIGURATION: render_template(
            "lighttpd",
            "lighttpd.conf.j2",
            view=view,
            pid=PID,
            uploads=UPLOADS,
            bind=bind,
            socket=f"{bind}:{view.port}",
            body_kilobytes_max=-(-view.body_bytes_max // 1024),
            head_bytes_max=HEAD_BYTES_MAX,
            quoted=quoted,
        ),
        REQUEST_SCRIPT: render_template(
            "lighttpd",
            "request.lua.j2",
            closing=quoted(view.directory / CLOSING),
            authority=b64encode(view.authority).decode(),
            balancer=BALANCER_NAME,
            uri_bytes_max=URI_BYTES_MAX,
            head_bytes_max=HEAD_BYTES_MAX,
            headers_max=HEADERS_MAX,
        ),
        RESPONSE_SCRIPT: render_template(
            "lighttpd",
            "response.lua.j2",
            bodies={status: _around_cid(code, message) for status, (code, message) in ERRORS.items()},
            invalid_path=_around_cid(*INVALID_PATH),
            other=_around_cid(*_OTHER),
            gone=BACKEND_GONE,
            gone_said_by_application=GONE_BY_APPLICATION,
        ),
    }


def _around_cid(code: str, message: str) -> tuple[str, str]:
    before, after = error_body(code, message, _CID).split(_CID)
    return before, after
