"""Declaring packages for all servers: resolved, installed here and tried with what is deployed before it is said."""

from __future__ import annotations

from collections.abc import Callable

from zato.config.item import Item
from zato.config.kinds import Packages
from zato.config.kinds.packages import NAME
from zato.config.publisher import Publisher
from zato.config.writer import Author
from zato.core.errors import InvalidInput, NotFound
from zato.core.finding import Finding
from zato.core.requirements import requirements_in
from zato.host.packages import PackageSet, PackageSets, Pip
from zato.server.check.checker import Checker
from zato.server.check.messages import CheckedFile
from zato.server.loader import CodeSet

KIND = "packages"


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

    def current(self) -> Item | None:
        """What is declared."""
        try:
            return self._publisher.get(KIND, NAME)
        except NotFound:
            return None

    def agree(self, given: Packages, revision: int | None, *, by: Author) -> Item:
        """The new declaration, with exact versions, which every server installs from now on.

        Raises InvalidInput: packages-refused with pip's reason, packages-in-use where a deployed file does not work
        with them; Conflict where somebody has declared others since `revision`. Nothing is changed then.
        """
        wanted, wrong = requirements_in(given.requirements)
        if wrong:
            raise InvalidInput(f"The packages cannot be declared: {wrong[0]}.", details=tuple(wrong))
        lines = tuple(each.text for each in wanted)
        resolved: tuple[str, ...] = ()
        if lines:
            asked = PackageSet(lines, given.require_hashes, given.allow_source)
            resolved = self._pip.resolved(asked)
        packages = PackageSet(resolved, given.require_hashes, given.allow_source)
        self._sets.install(packages, self._pip.install)
        self._check(packages)
        body = {
            "requirements": given.requirements,
            "resolved": list(resolved),
            "require_hashes": given.require_hashes,
            "allow_source": given.allow_source,
        }
        if self.current() is None:
            created = self._publisher.create(KIND, NAME, body, by=by)
            return Item(KIND, NAME, created.revision, created.value)
        return self._publisher.update(KIND, NAME, body, revision or None, by=by)

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
