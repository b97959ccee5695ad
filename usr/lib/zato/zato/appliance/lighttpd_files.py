"""lighttpd's files, rendered by the user that runs it."""

from __future__ import annotations

import threading

from zato.agent.lighttpd import files
from zato.agent.lighttpd.file_set import file_sets
from zato.agent.lighttpd.reloading import ReloadableLighttpd
from zato.agent.lighttpd.running import RunningLighttpd
from zato.agent.lighttpd.serving import Serving
from zato.agent.managed.reloading import Reloader
from zato.core.clock import SystemClock
from zato.host.layout import APPLIANCE_LAYOUT as LAYOUT
from zato.host.settings import ServerSettings, load_cluster, load_server
from zato.pki.names import lighttpd_name


def lighttpd(number: int, *, is_running: bool = False) -> None:
    """The configuration of server `number`'s lighttpd, which is to be started. Raises SetupError."""
    # lighttpd starts before its server, which is the one to write settings where there are none yet
    known = LAYOUT.server(number).settings.exists()
    settings = load_server(LAYOUT, number) if known else ServerSettings()
    view = files.view_of(LAYOUT, load_cluster(LAYOUT), number, settings, is_running=is_running)
    if is_running:
        files.write(LAYOUT, view)
    else:
        files.write_to_start(LAYOUT, view)
        files.remove_leftovers(LAYOUT.server(number))


def reload_lighttpd(number: int) -> None:
    """Has server `number`'s lighttpd start anew from its configuration as it is to be now, without losing a request.

    Raises SetupError, and lets it go on as it is, where it does not accept that.
    """
    lighttpd(number, is_running=True)
    paths = LAYOUT.server(number)
    files.check(paths, LAYOUT.pki / f"{lighttpd_name(number)}.crt")
    serving = Serving(paths.lighttpd, LAYOUT.pki / f"{lighttpd_name(number)}.crt", paths.front_socket)
    program = ReloadableLighttpd(RunningLighttpd(paths.lighttpd), serving, SystemClock(), threading.Event())
    Reloader(program, file_sets(paths.lighttpd)).take_up()
