"""The files of one server's lighttpd on this machine."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from zato.agent.lighttpd.file_set import file_sets
from zato.agent.lighttpd.names import CLIENT_CA, CONFIGURATION, PID, UPLOADS
from zato.agent.lighttpd.own import own_text
from zato.agent.lighttpd.render import render
from zato.agent.lighttpd.serving import addresses_in
from zato.agent.lighttpd.view import LighttpdView
from zato.agent.limits import connections_max, lighttpd_connections_max
from zato.agent.managed.file_sets import FileSet
from zato.agent.managed.validation import candidate, validate
from zato.core.errors import SetupError
from zato.host import listening
from zato.host.addresses import own_addresses
from zato.host.children import owner_of
from zato.host.files import write_atomically
from zato.host.layout import Layout, ServerLayout
from zato.host.ports import is_free
from zato.host.programs import program
from zato.host.settings import ClusterSettings, ServerSettings
from zato.pki.certificates import is_pair, load_certificate, to_der
from zato.pki.clients import client_authorities
from zato.pki.names import lighttpd_name

PROGRAM = "lighttpd"


def configuration(server: ServerLayout) -> Path:
    """The file that lighttpd is started with, by absolute path: a reload starts it again from there."""
    return server.lighttpd.absolute() / CONFIGURATION


def command(server: ServerLayout) -> list[str]:
    """Runs lighttpd in the foreground. SIGUSR1 reloads it; SIGINT ends it after its requests, SIGTERM at once."""
    return [program(PROGRAM), "-D", "-f", str(configuration(server))]


def view_of(
    layout: Layout, cluster: ClusterSettings, number: int, settings: ServerSettings, *, is_running: bool = False
) -> LighttpdView:
    """What the files of server `number`'s lighttpd are made of: it `is_running` with those in place, or will start.

    Raises SetupError where the cluster has no CA.
    """
    layout = Layout(layout.root.absolute())
    server = layout.server(number)
    port = cluster.lighttpd_port_of(number)
    present = addresses_in(server.lighttpd)
    addresses = listening.at_start(cluster, is_open=server.other_machines.exists() or listening.is_open(present))
    if is_running:
        # An address on which something else listens would end lighttpd
        free = [address for address in own_addresses() if address in present or is_free(address, port)]
        addresses = listening.while_running(present, addresses, free)
    return LighttpdView(
        addresses=addresses,
        port=port,
        certificate=layout.pki / f"{lighttpd_name(number)}.crt",
        client_ca=server.lighttpd / CLIENT_CA,
        authority_file=layout.ca_certificate,
        authority=to_der(load_certificate(layout.ca_certificate)),
        edge_socket=server.edge_socket,
        front_socket=server.front_socket,
        health_socket=server.health_socket,
        directory=server.lighttpd,
        own=own_text(layout),
        body_bytes_max=settings.max_body_bytes,
        uploads_bytes_max=settings.uploads_bytes_max,
        connections_max=lighttpd_connections_max(),
        direct_requests_max=connections_max() // 4,
    )


def wanted(layout: Layout, view: LighttpdView) -> FileSet:
    """The files as they should be now. Raises SetupError for what cannot be read, or cannot stand in them."""
    files = {name: text.encode() for name, text in render(view).items()}
    return {**files, CLIENT_CA: client_authorities(layout.pki)}


def write(layout: Layout, view: LighttpdView) -> bool:
    """Writes lighttpd's files where lighttpd itself accepts them, and says whether that changed anything.

    Those with which a running lighttpd did not serve, or from which an operator has gone back, are left out.
    Raises SetupError with lighttpd's words otherwise; the last good files stay. lighttpd reads scripts again when
    they change, its configuration only when it is reloaded.
    """
    files = wanted(layout, view)
    view.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    (view.directory / UPLOADS).mkdir(mode=0o700, exist_ok=True)
    pid = view.directory / PID
    if not pid.exists():  # on an appliance, lighttpd may write nothing else here; when it did says when it started
        pid.touch(mode=0o600)
    return file_sets(view.directory).replace(files, lambda: check_files(view, files))


def write_to_start(layout: Layout, view: LighttpdView) -> None:
    """As `write`, for a lighttpd that is about to be started: what was added is left out where it is refused for that.

    Its agent says so.
    """
    try:
        write(layout, view)
    except SetupError:
        if not view.own:
            raise
        write(layout, dataclasses.replace(view, own=""))


def remove_leftovers(server: ServerLayout) -> None:
    """Removes the bodies that a lighttpd which was killed could not. Only for one that is about to be started."""
    for path in (server.lighttpd / UPLOADS).glob("lighttpd-upload-*"):
        path.unlink(missing_ok=True)


def check(server: ServerLayout, certificate: Path) -> None:
    """Raises SetupError where lighttpd could not start from the files that are in place."""
    if not is_pair(certificate):
        raise SetupError(f"{certificate} and its key do not belong together; renew it with: zato pki renew NAME.")
    validate(PROGRAM, [program(PROGRAM), "-tt", "-f", str(configuration(server))], account=owner_of(server.lighttpd))


def check_files(view: LighttpdView, files: FileSet) -> None:
    """Lets lighttpd look at the new files in a directory of their own, where they do not touch those in use."""
    with candidate(view.directory) as place:
        (place / UPLOADS).mkdir(mode=0o700)
        looked_at = dataclasses.replace(view, directory=place, client_ca=place / CLIENT_CA)
        for name, text in render(looked_at).items():
            write_atomically(place / name, text.encode())
        write_atomically(looked_at.client_ca, files[CLIENT_CA])
        validate(PROGRAM, [program(PROGRAM), "-tt", "-f", str(place / CONFIGURATION)])
