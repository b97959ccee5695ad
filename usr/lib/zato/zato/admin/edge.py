"""The files of the lighttpd that browsers reach the console by."""

from __future__ import annotations

from zato.admin.tags import STATIC
from zato.agent.managed.validation import validate
from zato.agent.written_values import checked_address, quoted
from zato.host.files import write_atomically
from zato.host.layout import Layout
from zato.host.programs import program
from zato.host.settings import ClusterSettings
from zato.host.templates import render_template
from zato.pki.names import CONSOLE_EDGE

CONFIGURATION = "lighttpd.conf"
# What is uploaded, and the form around it
_BODY_KILOBYTES_MAX = 11 * 1024


def command(layout: Layout) -> tuple[str, ...]:
    """Runs it in the foreground. SIGUSR1 reloads it; SIGINT ends it after its requests."""
    return (program("lighttpd"), "-D", "-f", str(layout.console.absolute() / CONFIGURATION))


def render(layout: Layout, cluster: ClusterSettings) -> str:
    """Its configuration. Raises SetupError for a value that cannot stand in it."""
    directory = layout.console.absolute()
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
        body_kilobytes_max=_BODY_KILOBYTES_MAX,
        static=STATIC,
        socket=layout.console_socket.absolute(),
        quoted=quoted,
    )


def write(layout: Layout, cluster: ClusterSettings) -> None:
    """Writes its files. Raises SetupError in its own words where it could not start from them."""
    directory = layout.console.absolute()
    (directory / "uploads").mkdir(mode=0o700, parents=True, exist_ok=True)
    path = directory / CONFIGURATION
    write_atomically(path, render(layout, cluster).encode("utf-8"))
    validate("lighttpd", [program("lighttpd"), "-tt", "-f", str(path)])
