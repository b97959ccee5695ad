"""The console's lighttpd takes up certificates that were renewed, came or went."""

from __future__ import annotations

import threading

from zato.admin import edge
from zato.agent.lighttpd.running import RunningLighttpd
from zato.core.errors import ZatoError
from zato.host.layout import Layout
from zato.host.logs import get_logger
from zato.host.ongoing import Ongoing
from zato.host.settings import ClusterSettings
from zato.pki.names import CONSOLE_EDGE
from zato.pki.public_files import console_file

_TURN_SECONDS = 2.0


class EdgeWatch:
    """One thread has its turns."""

    def __init__(self, layout: Layout, cluster: ClusterSettings) -> None:
        self._layout = layout
        self._cluster = cluster
        self._lighttpd = RunningLighttpd(layout.console_edge.absolute())
        self._paths = [
            *(layout.pki / f"{CONSOLE_EDGE}.{end}" for end in ("crt", "key")),
            console_file(layout.pki),
            layout.console_edge / edge.CONFIGURATION,
        ]
        self._seen: object = None
        self._log = get_logger("zato.admin")
        self._failing = Ongoing(self._log, "The console's lighttpd keeps its last certificates", "It has taken them up")

    def start(self) -> None:
        """Goes on until the process ends. On an appliance lighttpd is another user's, and root has it reload."""
        if self._layout.is_appliance:
            return
        threading.Thread(target=self._run, name="edge-watch", daemon=True).start()

    def turn(self, stop: threading.Event) -> bool:
        """Whether it was reloaded: where one of its files is newer than what it has loaded. Files that are as they
        were at the last turn are not looked at.
        """
        versions = [path.stat().st_mtime_ns if path.exists() else 0 for path in self._paths]
        loaded = self._lighttpd.loaded_at()
        if loaded is None or (versions, loaded) == self._seen:
            return False
        try:
            changed = edge.write(self._layout, self._cluster)
            reloaded = (changed or max(versions) / 1e9 > loaded) and self._lighttpd.reload(stop)
        except (ZatoError, OSError) as error:
            self._failing.failed(str(error))
            reloaded = False
        else:
            self._failing.went_well()
        self._seen = (versions, loaded)
        if reloaded:
            self._log.info("The console's lighttpd was reloaded")
        return reloaded

    def _run(self) -> None:
        stop = threading.Event()
        while not stop.wait(_TURN_SECONDS):
            self.turn(stop)
