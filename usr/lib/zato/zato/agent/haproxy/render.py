"""haproxy.cfg as a pure function of a HaproxyView."""

from __future__ import annotations

import re

from zato.agent.haproxy.view import EDGE_VARIABLE, HaproxyView
from zato.agent.limits import HEAD_BYTES_MAX, HEADERS_MAX, URI_BYTES_MAX
from zato.agent.values import BACKEND_GONE, ERRORS, TOLD, checked_address, error_body, milliseconds, quoted
from zato.core.errors import SetupError
from zato.host.templates import render_template

_SERVER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
# Those that HAProxy answers with itself and that it can be given a body for
_OWN_ERRORS = (400, 401, 403, 404, 405, 408, 413, 429, 500, 501, 502, 503, 504)
_EDGE = re.compile(rf"\${{{EDGE_VARIABLE}-\[?(.+?)\]?:([0-9]+)}}")
_CID = "%[var(txn.cid)]"


def render(view: HaproxyView) -> str:
    """The text of haproxy.cfg. Raises SetupError for a value that cannot stand in it."""
    return render_template(
        "haproxy",
        "haproxy.cfg.j2",
        view=view,
        bind=_edge(view),
        servers=[
            {
                "name": _checked_name(server.name),
                "address": _endpoint(server.address, server.port),
                "host": checked_address(server.certificate_host),
            }
            for server in view.servers
        ],
        own_errors=_OWN_ERRORS,
        bodies={status: error_body(code, message, _CID) for status, (code, message) in ERRORS.items()},
        uri_bytes_max=URI_BYTES_MAX,
        head_bytes_max=HEAD_BYTES_MAX,
        headers_max=HEADERS_MAX,
        gone=BACKEND_GONE,
        told=TOLD,
        quoted=quoted,
        ms=milliseconds,
    )


def edge_of(text: str) -> tuple[str, int]:
    """Address and port of the socket that the haproxy.cfg with this `text` inherits."""
    found = _EDGE.search(text)
    if found is None:
        raise SetupError("HAProxy's configuration names no socket that it inherits; systemctl restart zato-haproxy")
    return found[1], int(found[2])


def _edge(view: HaproxyView) -> str:
    endpoint = _endpoint(view.address, view.port)
    # HAProxy's own check of the file runs without the socket
    return f'"${{{EDGE_VARIABLE}-{endpoint}}}"' if view.inherits_edge else endpoint


def _endpoint(address: str, port: int) -> str:
    checked = checked_address(address)
    return f"[{checked}]:{port}" if ":" in checked else f"{checked}:{port}"


def _checked_name(name: str) -> str:
    if not _SERVER_NAME.fullmatch(name):
        raise SetupError(f"{name!r} cannot be the name of a server in HAProxy's configuration.")
    return name
