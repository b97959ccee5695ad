"""Whether the cluster has servers on other machines, for those of this machine's processes that have no ODB."""

from __future__ import annotations

from collections.abc import Sequence

from zato.config.configuration import Configuration
from zato.config.kinds.server import SERVER
from zato.host.files import write_atomically
from zato.host.layout import ServerLayout
from zato.host.listening import has_others, own_names
from zato.host.settings import ClusterSettings


class OtherMachines:
    """Says so beside each of the servers. lighttpd and its agent listen for other machines then."""

    def __init__(self, servers: Sequence[ServerLayout], cluster: ClusterSettings) -> None:
        self._servers = servers
        self._names = own_names(cluster)
        self._others: bool | None = None

    def follow(self, configuration: Configuration) -> None:
        """Works by this configuration from now on."""
        servers = configuration.values(SERVER).values()
        self._others = has_others((value.host for value in servers), self._names)

    def step(self) -> None:
        """Says what is not said yet. Raises OSError where that cannot be written: the next step tries again."""
        if self._others is None:
            return
        for path in (server.other_machines for server in self._servers):
            if self._others and not path.exists():
                path.parent.mkdir(mode=0o750, exist_ok=True)
                write_atomically(path, b"")
            elif not self._others:
                path.unlink(missing_ok=True)
