"""The files of the lighttpd that browsers reach the console by."""

from __future__ import annotations

import ssl
from pathlib import Path

from zato.admin.tags import STATIC
from zato.agent.managed.validation import validate
from zato.agent.written_values import checked_address, quoted
from zato.core.errors import SetupError
from zato.host.files import read_plain, write_atomically
from zato.host.layout import Layout
from zato.host.programs import program
from zato.host.settings import ClusterSettings
from zato.host.templates import render_template
from zato.pki.certificate_names import is_host
from zato.pki.certificates import hosts_of, load_certificate
from zato.pki.names import CONSOLE_EDGE
from zato.pki.public_files import console_file

CONFIGURATION = "lighttpd.conf"
# What is uploaded, and the form around it
_BODY_KILOBYTES_MAX = 11 * 1024


def command(layout: Layout) -> tuple[str, ...]:
    """Runs it in the foreground. SIGUSR1 reloads it; SIGINT ends it after its requests."""
    return (program("lighttpd"), "-D", "-f", str(layout.console_edge.absolute() / CONFIGURATION))


def render(layout: Layout, cluster: ClusterSettings) -> str:
    """Its configuration. Raises SetupError for a value that cannot stand in it."""
    directory = layout.console_edge.absolute()
    address = checked_address(cluster.bind)
    bind = f"[{address}]" if ":" in address else address
    return render_template(
        "lighttpd",
        "console.conf.j2",
        directory=directory,
        bind=bind,
        port=cluster.console_port,
        sockets=[f"{bind}:{cluster.console_port}"],
        certificate=(layout.pki / f"{CONSOLE_EDGE}.crt").absolute(),
        public=public_of(layout),
        body_kilobytes_max=_BODY_KILOBYTES_MAX,
        static=STATIC,
        socket=layout.console_socket.absolute(),
        quoted=quoted,
    )


def public_of(layout: Layout) -> tuple[Path, str] | None:
    """The public certificate with its key, and the hosts that see it, as a regular expression."""
    path = console_file(layout.pki).absolute()
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(path)
        names = [name.lower() for name in hosts_of(load_certificate(path)) if is_host(name)]
    except (OSError, ValueError, SetupError):  # none is there, or what Zato did not put there
        return None
    hosts = (name.replace(".", "[.]").replace("*", "[^.]+") for name in names)
    return path, f"^({'|'.join(hosts)})$"


def write(layout: Layout, cluster: ClusterSettings) -> bool:
    """Writes its files, and says whether they are other ones now.

    Raises SetupError in its own words where it could not start from them; those that are there stay.
    """
    directory = layout.console_edge.absolute()
    (directory / "uploads").mkdir(mode=0o700, parents=True, exist_ok=True)
    path, wanted = directory / CONFIGURATION, render(layout, cluster).encode("utf-8")
    if path.exists() and read_plain(path) == wanted:
        validate("lighttpd", [program("lighttpd"), "-tt", "-f", str(path)])
        return False
    candidate = directory / f"{CONFIGURATION}.candidate"
    write_atomically(candidate, wanted)
    validate("lighttpd", [program("lighttpd"), "-tt", "-f", str(candidate)])
    candidate.replace(path)
    return True
