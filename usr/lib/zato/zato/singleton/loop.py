"""When the singleton does what, all in one thread."""

from __future__ import annotations

from collections.abc import Callable

from zato.config.configuration import Configuration
from zato.core.clock import Clock
from zato.core.errors import ZatoError
from zato.host.logs import get_logger
from zato.host.ongoing import Ongoing
from zato.host.watchdog import Watchdog
from zato.singleton.certificates import CertificateReconciler
from zato.singleton.other_machines import OtherMachines
from zato.singleton.packages import PackageReconciler
from zato.singleton.repository import RepositoryReconciler
from zato.singleton.retention import Retention

_FIRST_SECONDS = 5.0  # everything else is starting at the same time
_CERTIFICATES_SECONDS = 60.0
_REPOSITORIES_SECONDS = 0.2


class SingletonLoop:
    """`step` is called several times a second and does what is due."""

    def __init__(
        self,
        clock: Clock,
        certificates: CertificateReconciler | None,
        repositories: RepositoryReconciler,
        other_machines: OtherMachines,
        retention: Retention,
        packages: PackageReconciler,
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
        log = get_logger("zato.singleton")
        self._untold = Ongoing(
            log,
            "lighttpd cannot be told of other machines; trying again",
            "lighttpd is told of other machines",
            level="error",
        )
        self._no_packages = Ongoing(
            log, "Packages cannot be looked at; trying again", "Packages are looked at again", level="error"
        )
        self._no_certificates = Ongoing(
            log,
            "Certificates cannot be looked at; trying again",
            "Certificates are looked at again",
            level="error",
            steady_seconds=0.0,
        )

    def follow(self, configuration: Configuration) -> None:
        """Works by this configuration from now on."""
        self._repositories.follow(configuration)
        self._packages.follow(configuration)
        self._other_machines.follow(configuration)

    def step(self) -> None:
        """Whatever fails is said when it begins and when it is over, and holds up nothing else."""
        self._watchdog.turn()
        now = self._clock.monotonic()
        if now >= self._repositories_at:
            self._repositories_at = now + _REPOSITORIES_SECONDS
            self._repositories.step()
            _attempt(self._other_machines.step, self._untold)
            _attempt(self._packages.step, self._no_packages)
        self._retention.step()
        if self._certificates is not None and now >= self._certificates_at:
            self._certificates_at = now + _CERTIFICATES_SECONDS
            _attempt(self._certificates.step, self._no_certificates)


def _attempt(step: Callable[[], object], failing: Ongoing) -> None:
    try:
        step()
    except (ZatoError, OSError) as error:
        failing.failed(str(error))
    else:
        failing.went_well()
