"""What all workers of a server have in common."""

from __future__ import annotations

from dataclasses import dataclass, field

from zato.config.hashed_passwords import HashedPasswords
from zato.deployment.packages import WorkerPackages
from zato.host.layout import Layout, ServerLayout
from zato.host.settings import ClusterSettings, ServerSettings
from zato.serving.limits.counters import SharedCounters
from zato.serving.staleness import Visits


@dataclass(frozen=True, slots=True)
class Shared:
    """Made before the master forks, so that its workers share what is in shared memory."""

    layout: Layout
    server: int
    cluster: ClusterSettings
    settings: ServerSettings
    """The settings at the server's start; the configuration may have others later."""
    packages: WorkerPackages
    visits: Visits = field(default_factory=Visits)
    counters: SharedCounters = field(default_factory=SharedCounters)
    hashed_passwords: HashedPasswords = field(default_factory=HashedPasswords)

    @property
    def paths(self) -> ServerLayout:
        """Where the server's directories and files are."""
        return self.layout.server(self.server)
