"""When the singleton does what, all in one thread."""

from __future__ import annotations

import threading

from zato.config.configuration import Configuration
from zato.core.clock import Clock
from zato.core.errors import ZatoError
from zato.host.logs import get_logger
from zato.host.watchdog import Watchdog
from zato.odb.doorbell import Doorbell
from zato.singleton.certificates import CertificateKeeper
from zato.singleton.other_machines import OtherMachines
from zato.singleton.packages import PackageKeeper
from zato.singleton.repository import RepositoryKeeper
from zato.singleton.retention import Retention

_FIRST_SECONDS = 5.0  # everything else is starting at the same time
_CERTIFICATES_SECONDS = 60.0
_REPOSITORIES_SECONDS = 0.2
_TICK_SECONDS = 0.1


class Bell:
    """The ODB's doorbell, asked less often than servers ask it."""

    def __init__(self, doorbell: Doorbell) -> None:
        self._doorbell = doorbell
        self.interval_seconds = max(_TICK_SECONDS, doorbell.interval_seconds)

    def changed(self) -> bool:
        return self._doorbell.changed()

    def wait(self, stop: threading.Event, seconds: float) -> None:
        self._doorbell.wait(stop, seconds)


class Rounds:
    """`step` is called several times a second and does what is due."""

    def __init__(
        self,
        clock: Clock,
        certificates: CertificateKeeper | None,
        repositories: RepositoryKeeper,
        other_machines: OtherMachines,
        retention: Retention,
        packages: PackageKeeper,
        watchdog: Watchdog,
    ) -> None:
        self._clock = clock
        self._certificates = certificates
        self._repositories = repositories
        self._other_machines = other_machines
        self._retention = retention
        self._packages = packages
        self._watchdog = watchdog
        self._certificates_at = clock.monotonic() + _FIRST_SECONDS
        self._repositories_at = clock.monotonic()
        self._log = get_logger("zato.singleton")

    def follow(self, configuration: Configuration) -> None:
        """Works by this configuration from now on."""
        self._repositories.follow(configuration)
        self._packages.follow(configuration)
        try:
            self._other_machines.follow(configuration)
        except OSError as error:
            self._log.error("other_machines_not_told", reason=str(error))

    def step(self) -> None:
        self._watchdog.turn()
        now = self._clock.monotonic()
        if now >= self._repositories_at:
            self._repositories_at = now + _REPOSITORIES_SECONDS
            self._repositories.step()
            try:
                self._packages.step()
            except OSError as error:
                self._log.error("packages_not_looked_at", reason=str(error))
        self._retention.step()
        if self._certificates is not None and now >= self._certificates_at:
            self._certificates_at = now + _CERTIFICATES_SECONDS
            try:
                self._certificates.step()
            except (ZatoError, OSError) as error:
                self._log.error("certificates_not_looked_at", reason=str(error))
