"""haproxy.cfg, and what HAProxy is told of a new server while it runs, as pure functions of a HaproxyView."""

from __future__ import annotations

import ipaddress
import re

from zato.agent.errors import INCOMPLETE, error_body, errors
from zato.agent.haproxy.names import BACKEND, FRONTEND
from zato.agent.haproxy.source_limits import source_limits
from zato.agent.haproxy.view import EDGE_VARIABLE, BalancedServer, HaproxyView
from zato.agent.limits import HEAD_BYTES_MAX, HEADERS_MAX, URI_BYTES_MAX
from zato.agent.written_values import (
    BACKEND_GONE,
    GONE_BY_APPLICATION,
    TOLD,
    TOLD_LIMITS,
    checked_address,
    milliseconds,
    quoted,
)
from zato.config.balancing import Mode
from zato.config.kinds.balancer import Algorithm
from zato.core.errors import SetupError
from zato.core.target import INVALID_PATH
from zato.host.templates import render_template
from zato.pki.names import CLUSTER_SNI

_SERVER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
# Statuses that HAProxy itself answers with, and for which it takes a body
_OWN_ERRORS = (400, 401, 403, 404, 405, 408, 413, 429, 500, 501, 502, 503, 504)
_EDGE = re.compile(rf"\${{{EDGE_VARIABLE}-\[?(.+?)\]?:([0-9]+)}}")
# So much of a body HAProxy keeps beside the headers in any case
_SMALL_BODY_BYTES = 16 * 1024
# A source that has sent so many wrong passwords in ten seconds may be guessing, although it knows a right one
_WRONG_PASSWORDS_BELIEVED = 10
_CID = "%[var(txn.cid)]"


def render(view: HaproxyView, frame: str = "") -> str:
    """The text of haproxy.cfg. Raises SetupError for a value that cannot stand in it.

    `frame` stands for all of HAProxy's configuration but its servers. HAProxy answers with it what it has loaded.
    """
    late = f"{view.balancer.head_seconds:g} s for its header and the start of its body (head_seconds of the balancer)"
    texts = errors(body_bytes_max=view.body_bytes_max, late=late)
    return render_template(
        "haproxy",
        "haproxy.cfg.j2",
        view=view,
        frame=frame,
        frontend=FRONTEND,
        backend=BACKEND,
        bind=_edge(view),
        certificates=_shown(view),
        algorithm=_checked_algorithm(view.balancer.algorithm),
        server_options=server_options(view),
        servers=[_line(server) for server in view.servers],
        exempt=[str(ipaddress.ip_network(network)) for network in view.balancer.exempt_networks],
        own_errors=_OWN_ERRORS,
        bodies={status: error_body(code, message, _CID) for status, (code, message) in texts.items()},
        incomplete=error_body(*INCOMPLETE, _CID),
        small_body_bytes=_SMALL_BODY_BYTES,
        wrong_passwords_believed=_WRONG_PASSWORDS_BELIEVED,
        limits=source_limits(view, _CID),
        invalid_path=error_body(*INVALID_PATH, _CID),
        uri_bytes_max=URI_BYTES_MAX,
        head_bytes_max=HEAD_BYTES_MAX,
        headers_max=HEADERS_MAX,
        gone=BACKEND_GONE,
        died=502,
        ended=error_body(*texts[502], "CID"),
        gone_by_application=GONE_BY_APPLICATION,
        told=TOLD,
        told_limits=TOLD_LIMITS,
        quoted=quoted,
        ms=milliseconds,
    )


def certificates(view: HaproxyView) -> bytes:
    """The list of certificates that HAProxy shows, the first one to whoever asks for no name that it knows.

    Its own has a filter, or it would be shown for names that the public one is for as well; that one has the names that
    it is for, whichever these are after a renewal.
    """
    if view.public_certificate is None:
        return b""
    # What a path may contain cannot be written there, so they are those below crt-base
    return f"{view.certificate.name} {CLUSTER_SNI}\n{view.public_certificate.name}\n".encode()


def server_options(view: HaproxyView) -> str:
    """What is the same for all servers. `add server` of the Runtime API knows nothing of `default-server`."""
    balancer = view.balancer
    inter, often = milliseconds(balancer.check_interval_seconds), milliseconds(balancer.check_interval_seconds / 5)
    # lighttpd has room for so many, and for health checks beside them
    limit = min(balancer.server_connections_max or view.connections_max, view.connections_max)
    return (
        f"ssl crt {quoted(view.client_certificate)} ca-file {quoted(view.ca)} verify required alpn http/1.1 "
        # After a burst each of its connections would be used in turn, all of them cold in the caches: half of what is
        # idle goes each second
        f"pool-purge-delay 1s check inter {inter} fastinter {often} downinter {often} "
        f"fall {balancer.check_failures} rise 1 maxconn {limit}"
    )


def added(view: HaproxyView, server: BalancedServer) -> str:
    """What follows `add server` in the Runtime API; there a name of a file has no quotes, and spaces are escaped."""
    options, place = (
        re.sub(r'"([^"]*)"', lambda found: found[1].replace(" ", "\\ "), text)
        for text in (server_options(view), _place(server))
    )
    name = _checked_name(server.name)
    # In the file, `ssl` holds for health checks too; for a server that is added later HAProxy 2.6 wants `check-ssl`
    return f"{BACKEND}/{name} {place} {options} check-ssl weight {server.weight} {_identity(server)}"


def _line(server: BalancedServer) -> str:
    """The file cannot say that a server drains: such a one is disabled until the agent tells HAProxy that it drains."""
    state = "" if server.mode is Mode.READY else " disabled"
    return f"{_checked_name(server.name)} {_place(server)} weight {server.weight}{state} {_identity(server)}"


def _place(server: BalancedServer) -> str:
    return _endpoint(server.address, server.port) if server.socket is None else quoted(f"unix@{server.socket}")


def _identity(server: BalancedServer) -> str:
    host = checked_address(server.certificate_host)
    return f"sni str({host}) verifyhost {host} check-sni {host}"


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


def _shown(view: HaproxyView) -> str:
    return f"crt {quoted(view.certificate)}" if view.certificates is None else f"crt-list {quoted(view.certificates)}"


def _endpoint(address: str, port: int) -> str:
    checked = checked_address(address)
    return f"[{checked}]:{port}" if ":" in checked else f"{checked}:{port}"


def _checked_algorithm(name: str) -> list[str]:
    algorithm = Algorithm(name)
    # Only a consistent hash lets servers come, go and change their weights without a reload
    hashed = algorithm in (Algorithm.SOURCE, Algorithm.URI)
    return [f"balance {algorithm}", *(["hash-type consistent"] if hashed else [])]


def _checked_name(name: str) -> str:
    if not _SERVER_NAME.fullmatch(name):
        raise SetupError(f"{name!r} cannot be the name of a server in HAProxy's configuration.")
    return name
