"""What stands in for the deployment of code in tests of the admin API."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from support.set_clock import SetClock
from zato.config.item import Item
from zato.config.publisher import Author, Preview, Publisher, Summary
from zato.core.errors import InvalidInput, NotFound, ZatoError
from zato.deployment.cluster_rollback import ClusterRollback
from zato.deployment.deployer import Deployer
from zato.deployment.package_agreement import PackageAgreement
from zato.odb.deployments import Deployment, Deployments, DeploymentState


class ImmediateDeployer(Deployer):
    """Deploys at once; refuses what does not look like Python, as the real one would."""

    def __init__(self, deployments: Deployments, publisher: Publisher, clock: SetClock) -> None:
        self._deployments = deployments
        self._publisher = publisher
        self._clock = clock
        self.fails_with: ZatoError | None = None
        self.checks_fail_with: ZatoError | None = None

    def deploy(self, file_name: str, source: bytes, *, by: Author) -> Deployment:
        if self.fails_with is not None:
            raise self.fails_with
        added = self._deployments.add(
            file_name=file_name,
            module=file_name.partition(".")[0],
            form="py",
            source=source,
            sha256=sha256(source).hexdigest(),
            author=by.principal,
            cid=by.cid,
            at=self._clock.now(),
        )
        if b"syntax error" in source:
            self._deployments.set_state(
                added.id,
                {DeploymentState.CHECKING},
                DeploymentState.REJECTED,
                reason="invalid syntax",
                reason_file=file_name,
                reason_line=3,
            )
            details = ("reason: invalid syntax", f"file: {file_name}", "line: 3")
            raise InvalidInput(f"{file_name}:3: invalid syntax", code="deployment-rejected", details=details)
        return self.activate(added.id, by=by)

    def begin(self, file_name: str, source: bytes, *, by: Author) -> Deployment:
        return self.deploy(file_name, source, by=by)

    def deploy_together(self, files: Mapping[str, bytes], *, by: Author) -> list[Deployment]:
        return [self.deploy(name, source, by=by) for name, source in files.items()]

    def activate(self, deployment_id: int, *, by: Author) -> Deployment:
        found = self._deployments.get(deployment_id)
        value = {
            "deployment_id": found.id,
            "sha256": found.sha256,
            "module": found.module,
            "services": [f"{found.module}.it"],
            "switch_at": self._clock.now().isoformat(),
        }
        try:
            item = self._publisher.update("deployment", found.file_name, value, by=by)
        except NotFound:
            item = self._publisher.create("deployment", found.file_name, value, by=by)
        self._deployments.set_state(
            found.id, set(DeploymentState), DeploymentState.ACTIVE, revision=item.revision, services=[]
        )
        return self._deployments.get(found.id)

    def undeploy(self, *file_names: str, by: Author) -> int:
        return self._publisher.delete_together("deployment", dict.fromkeys(file_names), by=by)

    def preview_deploy(self, file_name: str, source: bytes, *, by: Author) -> Preview:
        return self._publisher.preview(lambda publisher: None)

    def preview_together(self, files: Mapping[str, bytes], *, by: Author) -> Preview:
        return self._publisher.preview(lambda publisher: None)

    def preview_activate(self, deployment_id: int, *, by: Author) -> Preview:
        self._check()
        return self._publisher.preview(lambda publisher: None)

    def _check(self) -> None:
        if self.checks_fail_with is not None:
            raise self.checks_fail_with

    def preview_undeploy(self, *file_names: str, by: Author) -> Preview:
        self._check()
        return self._publisher.preview(
            lambda publisher: publisher.delete_together("deployment", dict.fromkeys(file_names), by=by)
        )


class UnresolvedPackages(PackageAgreement):
    """Takes what it is given as what was resolved."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self.fails_with: ZatoError | None = None

    def current(self) -> Item | None:
        try:
            return self._publisher.get("packages", "packages")
        except NotFound:
            return None

    def agree(self, given: Any, revision: int | None, *, by: Author) -> Item:
        if self.fails_with is not None:
            raise self.fails_with
        body = {"requirements": given.requirements, "resolved": given.requirements.split()}
        if self.current() is None:
            self._publisher.create("packages", "packages", body, by=by)
        else:
            self._publisher.update("packages", "packages", body, revision, by=by)
        return self._publisher.get("packages", "packages")


class RollbackWithoutCode(ClusterRollback):
    """Rolls back without code."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher

    def rollback(self, to_revision: int, *, by: Author, with_security: bool = False) -> Summary:
        return self._publisher.rollback_all(
            to_revision, by=by, prepare=lambda base, changes: changes, with_security=with_security
        )

    def preview(self, to_revision: int, *, by: Author, with_security: bool = False) -> Preview:
        return self._publisher.preview(
            lambda publisher: publisher.rollback_all(
                to_revision, by=by, prepare=lambda base, changes: changes, with_security=with_security
            )
        )
