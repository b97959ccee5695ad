"""Has this machine install the packages that the configuration declares, and says how that went."""

from __future__ import annotations

import platform
import threading
from collections.abc import Sequence

from zato.config.configuration import Configuration
from zato.config.package_set import Declared, declared
from zato.core.clock import Clock
from zato.core.errors import ZatoError
from zato.host.logs import get_logger
from zato.host.packages import RETRY_SECONDS, PackageSets, Pip
from zato.odb.package_reports import PackageReport, PackageReports

_log = get_logger("zato.packages")


class PackageReconciler:
    """`step` returns at once: pip takes its time in a thread of its own."""

    def __init__(
        self, sets: PackageSets, pip: Pip, reports: PackageReports, servers: Sequence[int], clock: Clock
    ) -> None:
        """`servers` are those of this machine that it speaks for."""
        self._sets = sets
        self._pip = pip
        self._reports = reports
        self._servers = servers
        self._clock = clock
        self._declared: Declared | None = None
        self._followed = False
        self._reported: Declared | None = None
        self._thread: threading.Thread | None = None
        self._failed: tuple[Declared, float] | None = None

    def follow(self, configuration: Configuration) -> None:
        """Works by this configuration from now on."""
        self._declared = declared(configuration)
        self._followed = True

    def step(self) -> None:
        """Look whether something is to be installed or said. Raises Unavailable where the ODB is away."""
        if not self._followed or (self._thread is not None and self._thread.is_alive()):
            return
        wanted = self._declared
        if wanted is None:
            self._sets.make_current(None)
            self._reported = None
        elif self._sets.is_complete(wanted.packages):
            self._sets.make_current(wanted.packages)
            if self._reported != wanted:
                self._report(wanted, None)
                self._reported = wanted
        elif self._sets.is_due(wanted.packages) and not self._has_just_failed(wanted):
            self._reported = None
            self._thread = threading.Thread(target=self._install, args=(wanted,), name="packages", daemon=True)
            self._thread.start()

    def _has_just_failed(self, wanted: Declared) -> bool:
        """Also where the reason could not be written down, as on a full disk."""
        if self._failed is None or self._failed[0] != wanted:
            return False
        return self._clock.monotonic() - self._failed[1] < RETRY_SECONDS

    def _install(self, wanted: Declared) -> None:
        try:
            self._sets.install(wanted.packages, self._pip.install)
            _log.info("Packages installed", revision=wanted.revision)
        except (ZatoError, OSError) as error:
            self._failed = wanted, self._clock.monotonic()
            _log.error("Packages were not installed", reason=str(error), revision=wanted.revision)
            try:
                self._report(wanted, str(error))
            except ZatoError:  # it is said with the next attempt
                return

    def _report(self, wanted: Declared, reason: str | None) -> None:
        now, python = self._clock.now(), platform.python_version()
        for server in self._servers:
            self._reports.put(PackageReport(server, wanted.revision, python, reason is None, reason, now))
