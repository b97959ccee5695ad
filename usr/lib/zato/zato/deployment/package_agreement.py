"""Declaring packages for all servers: resolved, installed here and tried with what is deployed before it is said."""

from __future__ import annotations

import threading
from collections.abc import Callable

from zato.config.item import Item
from zato.config.kinds import Packages
from zato.config.kinds.packages import NAME, PACKAGES
from zato.config.publisher import Publisher
from zato.config.writer import Author
from zato.core.errors import InvalidInput, NotFound
from zato.core.finding import Finding
from zato.core.requirements import requirements_in
from zato.deployment.check.checker import Checker
from zato.deployment.check.messages import CheckedFile
from zato.deployment.loader import CodeSet
from zato.host.packages import PackageSet, PackageSets, Pip, packages_busy

# For what another process installs: the threads are for requests
_WAIT_SECONDS = 2.0


class PackageAgreement:
    """What the admin API calls."""

    def __init__(
        self,
        *,
        publisher: Publisher,
        sets: PackageSets,
        pip: Pip,
        checker: Checker,
        running: Callable[[], CodeSet],
    ) -> None:
        self._publisher = publisher
        self._sets = sets
        self._pip = pip
        self._checker = checker
        self._running = running
        self._agreeing = threading.Lock()

    def current(self) -> Item | None:
        """What is declared."""
        try:
            return self._publisher.get(PACKAGES.name, NAME)
        except NotFound:
            return None

    def agree(self, given: Packages, revision: int | None, *, by: Author) -> Item:
        """The new declaration, with exact versions, which every server installs from now on.

        Raises InvalidInput: packages-refused with pip's reason, packages-in-use where a deployed file does not work
        with them; Conflict where somebody has declared others since `revision`; Unavailable, packages-busy, while
        others are being agreed on: pip takes its time, and one request at a time may wait for it. Nothing is changed
        then.
        """
        if not self._agreeing.acquire(blocking=False):
            raise packages_busy()
        try:
            return self._agree(given, revision, by)
        finally:
            self._agreeing.release()

    def _agree(self, given: Packages, revision: int | None, by: Author) -> Item:
        wanted, errors = requirements_in(given.requirements)
        if errors:
            raise InvalidInput(f"The packages cannot be declared: {errors[0]}.", details=tuple(errors))
        lines = tuple(each.text for each in wanted)
        resolved: tuple[str, ...] = ()
        if lines:
            asked = PackageSet(lines, given.require_hashes, given.allow_source)
            resolved = self._pip.resolved(asked)
        packages = PackageSet(resolved, given.require_hashes, given.allow_source)
        self._sets.install(packages, self._pip.install, wait_seconds=_WAIT_SECONDS)
        self._check(packages)
        body = {
            "requirements": given.requirements,
            "resolved": list(resolved),
            "require_hashes": given.require_hashes,
            "allow_source": given.allow_source,
        }
        if not revision and self.current() is None:
            created = self._publisher.create(PACKAGES.name, NAME, body, by=by)
            return Item(PACKAGES.name, NAME, created.revision, created.value)
        return self._publisher.update(PACKAGES.name, NAME, body, revision, by=by)

    def _check(self, packages: PackageSet) -> None:
        """What is deployed works with them, too."""
        code = self._running()
        files = [
            CheckedFile(name, file.source.data, file.source.deployment_id) for name, file in sorted(code.files.items())
        ]
        if not files:
            return
        refusal = self._checker.check_together(code, files, packages=self._sets.directory(packages)).refusal
        if refusal is not None:
            error = InvalidInput(
                "The packages are not changed, as what is deployed does not work with them: withdraw it first, or "
                f"keep what it needs. {refusal}",
                code="packages-in-use",
            )
            error.findings = (Finding(refusal.reason, refusal.code, file=refusal.file, line=refusal.line),)
            raise error
