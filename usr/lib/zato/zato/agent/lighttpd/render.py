"""lighttpd's files as a pure function of a LighttpdView."""

from __future__ import annotations

from base64 import b64encode

from zato.agent.errors import error_body, errors, too_many
from zato.agent.lighttpd.names import (
    BALANCER_SCRIPT,
    CLOSING,
    CONFIGURATION,
    PID,
    REQUEST_SCRIPT,
    RESPONSE_SCRIPT,
    UPLOADS,
)
from zato.agent.lighttpd.view import LighttpdView
from zato.agent.limits import BODY_ROOM, HEAD_BYTES_MAX, HEADERS_MAX, MEMORY_BODY_BYTES_MAX, URI_BYTES_MAX
from zato.agent.written_values import BACKEND_GONE, GONE_BY_APPLICATION, checked_address, quoted
from zato.core.target import INVALID_PATH
from zato.host.templates import render_template
from zato.pki.authority import BALANCER_NAME

_CID = "@cid@"
# Of a number in its configuration; it takes a larger one for another
_INTEGER_MAX = 2**31 - 1
_OTHER = ("error", "The request could not be handled.")


def render(view: LighttpdView) -> dict[str, str]:
    """Text by file name for `view.directory`; "lighttpd.conf" is the one lighttpd is started with.

    Raises SetupError for a value that cannot stand in the configuration.
    """
    checked = [checked_address(address) for address in view.addresses]
    binds = [f"[{address}]" if ":" in address else address for address in checked]
    texts = errors(body_bytes_max=view.body_bytes_max, late=f"nothing came for {view.client_idle_seconds:g} s")
    unknown = view.body_bytes_max * BODY_ROOM
    refusals = _refusals(view.uploads_bytes_max, view.direct_requests_max)
    return {
        CONFIGURATION: render_template(
            "lighttpd",
            "lighttpd.conf.j2",
            view=view,
            pid=PID,
            uploads=UPLOADS,
            balancer_script=BALANCER_SCRIPT,
            bind=binds[0],
            sockets=[f"{bind}:{view.port}" for bind in binds],
            body_kilobytes_max=min(-(-unknown // 1024), _INTEGER_MAX),
            head_bytes_max=HEAD_BYTES_MAX,
            quoted=quoted,
        ),
        REQUEST_SCRIPT: _request_script(view, of_balancer=False),
        BALANCER_SCRIPT: _request_script(view, of_balancer=True),
        RESPONSE_SCRIPT: render_template(
            "lighttpd",
            "response.lua.j2",
            bodies={status: _around_cid(code, message) for status, (code, message) in texts.items()},
            invalid_path=_around_cid(*INVALID_PATH),
            other=_around_cid(*_OTHER),
            refusals={name: _around_cid(code, message) for name, (code, message) in refusals.items()},
            gone=BACKEND_GONE,
            gone_said_by_application=GONE_BY_APPLICATION,
        ),
    }


def _request_script(view: LighttpdView, *, of_balancer: bool) -> str:
    return render_template(
        "lighttpd",
        "request.lua.j2",
        of_balancer=of_balancer,
        closing=quoted(view.directory / CLOSING),
        authority=b64encode(view.authority).decode(),
        balancer=BALANCER_NAME,
        uri_bytes_max=URI_BYTES_MAX,
        head_bytes_max=HEAD_BYTES_MAX,
        headers_max=HEADERS_MAX,
        memory_body_bytes_max=MEMORY_BODY_BYTES_MAX,
        body_bytes_max=view.body_bytes_max,
        unknown_body_bytes=view.body_bytes_max * BODY_ROOM,
        uploads_max=view.uploads_bytes_max,
        source_uploads_max=view.uploads_bytes_max // 4,
        direct_requests_max=view.direct_requests_max,
    )


def _refusals(uploads_bytes: int, direct_requests: int) -> dict[str, tuple[str, str]]:
    large = f"Bodies of more than {MEMORY_BODY_BYTES_MAX} bytes that are in progress"
    return {
        "space": (
            "uploads-full",
            f"{large} would need more than {uploads_bytes} bytes with this one, for which there is no space "
            "(uploads_bytes_max of the server); try again later.",
        ),
        "uploads": too_many(
            f"{large} would need more than {uploads_bytes // 4} bytes with this one",
            "a quarter of uploads_bytes_max of the server",
        ),
        "answers": too_many(
            f"More than {uploads_bytes // 4} bytes of answers wait to be read, or there is no space for more",
            "uploads_bytes_max of the server, of which one address has a quarter",
        ),
        "requests": too_many(f"There are {direct_requests} requests in progress", "no setting changes that"),
    }


def _around_cid(code: str, message: str) -> tuple[str, str]:
    before, after = error_body(code, message, _CID).split(_CID)
    return before, after
