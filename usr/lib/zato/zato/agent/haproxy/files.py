"""HAProxy's files on this machine."""

from __future__ import annotations

import dataclasses
import hashlib
import ssl
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from zato.agent.haproxy.desired_state import DesiredState, balanced, load, local_state
from zato.agent.haproxy.file_set import file_sets
from zato.agent.haproxy.local_sockets import offered
from zato.agent.haproxy.names import (
    ANSWERING,
    CERTIFICATES,
    CLIENT_AUTHORITIES,
    CONFIGURATION,
    OWN,
    PROGRAM,
    accepted_own,
    answering_file,
    certificates_file,
    client_authorities_file,
    configuration,
    own_sources,
    server_states_file,
)
from zato.agent.haproxy.render import certificates, render
from zato.agent.haproxy.view import HaproxyView
from zato.agent.limits import connections_max
from zato.agent.managed.file_sets import FileSet
from zato.agent.managed.validation import candidate, validate
from zato.core.errors import SetupError
from zato.host import locks
from zato.host.children import owner_of
from zato.host.files import write_atomically
from zato.host.layout import Layout
from zato.host.listening import here
from zato.host.programs import program
from zato.host.settings import ClusterSettings
from zato.host.templates import read_file
from zato.pki.certificates import fingerprint, load_certificate
from zato.pki.clients import client_authorities, has_foreign
from zato.pki.names import BALANCER, BALANCER_CLIENT
from zato.pki.public_files import balancer_file

_FRAME_CHARACTERS = 32


def state_to_start_with(layout: Layout, cluster: ClusterSettings) -> DesiredState:
    """What HAProxy starts with: what its agent knew last, or the servers of this machine."""
    desired = load(layout)
    if desired is not None and desired.servers:
        return desired
    return local_state(layout.server_numbers(cluster.servers), here(cluster))


def view_of(
    layout: Layout, cluster: ClusterSettings, desired: DesiredState, sockets: Mapping[int, Path] | None = None
) -> HaproxyView:
    """The balancer on this machine. Servers without an address are left out. Raises SetupError where it has no CA.

    `sockets` are those by which servers of this machine are reached; all that are offered, unless it is known better.
    """
    layout = Layout(layout.root.absolute())
    used = offered(layout, cluster) if sockets is None else sockets
    authority = load_certificate(layout.ca_certificate)
    public = balancer_file(layout.pki)
    has_public = _is_usable(public)
    return HaproxyView(
        address=cluster.bind,
        port=cluster.lb_port,
        certificate=layout.pki / f"{BALANCER}.crt",
        public_certificate=public if has_public else None,
        certificates=certificates_file(layout) if has_public else None,
        client_certificate=layout.pki / f"{BALANCER_CLIENT}.crt",
        ca=layout.ca_certificate,
        client_ca=client_authorities_file(layout),
        ca_subject=authority.subject.rfc4514_string(),
        ca_fingerprint=fingerprint(authority),
        foreign_authorities=has_foreign(client_authorities(layout.pki)),
        admin_socket=layout.haproxy_socket,
        status_socket=layout.haproxy_status_socket,
        server_states=server_states_file(layout),
        answering=answering_file(layout),
        inherits_edge=layout.is_appliance,
        servers=balanced(desired, cluster, used),
        balancer=desired.balancer,
        body_bytes_max=desired.body_bytes_max,
        connections_max=connections_max(),
    )


def frame_of(view: HaproxyView, authorities: bytes, own: Mapping[str, bytes], answering: bytes = b"") -> str:
    """Differs where HAProxy has to be reloaded: all but its servers, which can be changed while it runs."""
    # Without a server HAProxy has not loaded what `add server` needs, and with one it has nobody else to ask
    several = str(min(len(view.servers), 2)).encode()
    text = render(dataclasses.replace(view, servers=())).encode()
    parts = [several, text, authorities, answering]
    for name, data in sorted(own.items()):
        parts += [name.encode(), data]
    whole = hashlib.sha256()
    for part in parts:
        whole.update(hashlib.sha256(part).digest())
    return whole.hexdigest()[:_FRAME_CHARACTERS]


def wanted(layout: Layout, view: HaproxyView) -> FileSet:
    """The files as they should be now. Raises SetupError for what cannot be read, or cannot stand in them."""
    authorities, own = client_authorities(layout.pki), _read_own(layout)
    answering = read_file(PROGRAM, ANSWERING)
    text = render(view, frame_of(view, authorities, own, answering))
    return {
        CONFIGURATION: text.encode(),
        CLIENT_AUTHORITIES: authorities,
        ANSWERING: answering,
        **({} if view.public_certificate is None else {CERTIFICATES: certificates(view)}),
        **{f"{OWN}/{name}": data for name, data in own.items()},
    }


def in_place(layout: Layout) -> FileSet | None:
    """Those that HAProxy would be started from; None before the first ones."""
    return file_sets(layout).in_place()


def check(layout: Layout, view: HaproxyView, files: FileSet) -> None:
    """Has HAProxy look at them. Raises SetupError with HAProxy's words."""
    with _exclusive(layout):
        _check(layout, view, files)


def check_in_place(layout: Layout) -> None:
    """Raises SetupError, with HAProxy's words, where it could not start from the files that are in place."""
    paths = ("-f", str(configuration(layout)), "-f", str(accepted_own(layout)))
    validate(PROGRAM, [program(PROGRAM), "-c", *paths], account=owner_of(layout.haproxy))


def write(layout: Layout, view: HaproxyView) -> bool:
    """Puts the files in place where HAProxy itself accepts them, and says whether that changed anything.

    Those with which a running HAProxy did not serve, or from which an operator has gone back, are left out.
    Raises SetupError with HAProxy's words otherwise; the last good files stay. Of several processes, or threads, that
    do this or `check` at the same time, each waits for the one before.
    """
    with _exclusive(layout):
        layout.haproxy_socket.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        files = wanted(layout, view)
        return file_sets(layout).replace(files, lambda: _check(layout, view, files))


def _exclusive(layout: Layout) -> AbstractContextManager[None]:
    layout.haproxy.mkdir(mode=0o700, parents=True, exist_ok=True)
    return locks.exclusive(layout.haproxy)


def _check(layout: Layout, view: HaproxyView, files: FileSet) -> None:
    with candidate(layout.haproxy) as place:
        (place / OWN).mkdir(mode=0o700)
        looked_at = dataclasses.replace(
            view,
            client_ca=place / CLIENT_AUTHORITIES,
            answering=place / ANSWERING,
            certificates=None if view.certificates is None else place / CERTIFICATES,
        )
        for name, data in {**files, CONFIGURATION: render(looked_at).encode()}.items():
            write_atomically(place / name, data)
        paths = ("-f", str(place / CONFIGURATION), "-f", str(place / OWN))
        validate(PROGRAM, [program(PROGRAM), "-c", *paths])


def _is_usable(path: Path) -> bool:
    """What Zato has put there is; what is not would keep HAProxy from starting."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(path)
    except (OSError, ValueError):
        return False
    return True


def _read_own(layout: Layout) -> dict[str, bytes]:
    try:
        return {path.name: path.read_bytes() for path in own_sources(layout)}
    except OSError as error:
        raise SetupError(f"{error.filename} cannot be read by HAProxy's agent: {error.strerror}.") from error
