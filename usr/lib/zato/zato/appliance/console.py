"""The web console of an appliance: what root prepares for it, and its lighttpd's files, by the user that runs that."""

from __future__ import annotations

from zato.admin import edge
from zato.appliance import create, owners
from zato.core.errors import SetupError, ZatoError
from zato.host.layout import APPLIANCE_LAYOUT as LAYOUT
from zato.host.settings import load_cluster


def wanted() -> None:
    """Raises SetupError where this machine is to have no console: systemd leaves its units alone then."""
    if not LAYOUT.settings.exists():
        return
    try:
        cluster = load_cluster(LAYOUT)
    except ZatoError:  # what prepares says so, again and again until it is mended
        return
    if cluster.has_joined:
        raise SetupError(
            "This machine has joined a cluster; the console runs on the machine that has the balancer.",
            code="console-elsewhere",
        )
    if not cluster.console:
        raise SetupError(f"The console is switched off: console = false in {LAYOUT.settings}.", code="no-console")


def prepare() -> None:
    """The cluster of this machine, and the directories of the console and its lighttpd."""
    create.cluster()
    owners.directory(LAYOUT.console, owners.CONSOLE, 0o700)
    owners.directory(LAYOUT.console_edge, owners.EDGE, 0o700)


def lighttpd() -> None:
    """The configuration of the console's lighttpd. Raises SetupError in lighttpd's words where it is refused."""
    # There before lighttpd is, which may write this file and make none
    pid_file = LAYOUT.console_edge / "lighttpd.pid"
    if not pid_file.exists():
        pid_file.touch(mode=0o644)
    edge.write(LAYOUT, load_cluster(LAYOUT))
