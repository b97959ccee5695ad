"""Deploying several files as a group: all of them become active at one moment, or none does."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from hashlib import sha256
from typing import Any

from zato.config.kinds import DeploymentVersion
from zato.config.kinds.deployment import DEPLOYMENT
from zato.config.plan import Planned
from zato.config.publisher import Preview, Publisher
from zato.config.writer import Author
from zato.core.clock import Clock
from zato.core.errors import TimeLimitExceeded, ZatoError
from zato.deployment.activation import Activation, switching_at
from zato.deployment.check.checker import Checker
from zato.deployment.check.messages import CheckedFile, CheckedService
from zato.deployment.check.selection import module_of
from zato.deployment.loader import CodeSet, DeploymentRefused, Refusal
from zato.deployment.loader.names import check_file_name
from zato.deployment.whole_staging import WholeStaging
from zato.odb.deployments import Deployment, Deployments, DeploymentState

CHECKING, ACTIVE, REJECTED = DeploymentState.CHECKING, DeploymentState.ACTIVE, DeploymentState.REJECTED


class GroupDeployer:
    """Deploys and withdraws files as a group; `Deployer` has it do so."""

    def __init__(
        self,
        *,
        deployments: Deployments,
        activation: Activation,
        publisher: Publisher,
        checker: Checker,
        whole: WholeStaging,
        running: Callable[[], CodeSet],
        clock: Clock,
        server: int | None,
    ) -> None:
        self._deployments = deployments
        self._activation = activation
        self._publisher = publisher
        self._checker = checker
        self._whole = whole
        self._running = running
        self._clock = clock
        self._server = server

    def preview(self, files: Mapping[str, bytes], *, by: Author) -> Preview:
        """What `deploy` would change, with the files checked. Raises as it does, but for what workers say."""
        for name in files:
            check_file_name(name)
        active = {name: self._activation.active(name) for name in files}
        new = {name: source for name, source in files.items() if not _same(active[name], source)}
        if not new:
            return Preview(self._activation.revision(), ())
        services = self._checked([CheckedFile(name, source, 0) for name, source in new.items()])
        versions = {
            name: {
                "sha256": sha256(source).hexdigest(),
                "module": module_of(name, source),
                "services": [service.name for service in services if service.file_name == name],
            }
            for name, source in new.items()
        }
        return self._activation.preview(versions, by=by)

    def deploy(self, files: Mapping[str, bytes], *, by: Author) -> Sequence[Deployment]:
        """The deployments that are active now, in the order of the files; where content is active already, those.

        Raises DeploymentRefused, Conflict where a name belongs to a file that is not among them, TimeLimitExceeded.
        """
        for name in files:
            check_file_name(name)
        active = {name: self._activation.active(name) for name in files}
        same = {
            name: found[1].deployment_id
            for name, found in active.items()
            if found is not None and _same(found, files[name])
        }
        added = {name: self._add(name, source, by) for name, source in files.items() if name not in same}
        if added:
            try:
                revision = self._activate(added, files, by)
            except ZatoError as error:
                self._reject(added.values(), error)
                raise
            if not self._whole.applied(revision):
                raise TimeLimitExceeded(
                    f"{', '.join(added)} are activated by revision {revision}, but not all workers serve from it in "
                    "time; zato status shows which do not."
                )
            for deployment in added.values():
                self._deployments.set_state(deployment.id, {CHECKING}, ACTIVE, revision=revision)
        return [self._deployments.get(same[name] if name in same else added[name].id) for name in files]

    def _add(self, name: str, source: bytes, by: Author) -> Deployment:
        return self._deployments.add(
            file_name=name,
            module=module_of(name, source),
            form=name.rpartition(".")[2],
            sha256=sha256(source).hexdigest(),
            source=source,
            author=by.principal,
            cid=by.cid,
            at=self._clock.now(),
            origin=by.origin,
        )

    def _activate(self, added: Mapping[str, Deployment], files: Mapping[str, bytes], by: Author) -> int:
        """The revision by which all are active."""
        services = self._checked([CheckedFile(name, files[name], deployment.id) for name, deployment in added.items()])
        bodies: dict[str, Mapping[str, Any]] = {}
        for name, deployment in added.items():
            names = [service.name for service in services if service.file_name == name]
            self._deployments.set_state(deployment.id, {CHECKING}, CHECKING, services=names)
            bodies[name] = {
                "deployment_id": deployment.id,
                "sha256": deployment.sha256,
                "module": deployment.module,
                "services": names,
                "switch_at": self._clock.now().isoformat(),
            }
        with self._whole.preparing() as preparation:

            def prepare(base: int, changes: Sequence[Planned]) -> Sequence[Planned]:
                preparation.settle(base)
                reason = preparation.load(base, base, [deployment.id for deployment in added.values()])
                if reason is not None:
                    raise DeploymentRefused(Refusal("not-loadable", reason))
                return switching_at(changes, self._activation.moment())

            return self._publisher.put(
                DEPLOYMENT.name, bodies, by=by, prepare=prepare, comment=f"Deployed {', '.join(added)}"
            )

    def _checked(self, files: Sequence[CheckedFile]) -> Sequence[CheckedService]:
        result = self._checker.check_together(self._running(), files)
        if result.refusal is not None:
            raise DeploymentRefused(result.refusal, server=self._server)
        return result.services

    def _reject(self, deployments: Collection[Deployment], error: ZatoError) -> None:
        """The reason stands beside the file that it is about; the others say which one that is."""
        refusal = error.refusal if isinstance(error, DeploymentRefused) else Refusal(error.code, error.message)
        about = (refusal.file or "").partition("/")[0]
        for deployment in deployments:
            own = about in ("", deployment.file_name)
            self._deployments.set_state(
                deployment.id,
                {CHECKING},
                REJECTED,
                reason=refusal.reason if own else f"{about}, which it was deployed with, is refused: {refusal.reason}",
                reason_file=refusal.file if own else deployment.file_name,
                reason_line=refusal.line if own else None,
            )


def _same(active: tuple[int, DeploymentVersion] | None, source: bytes) -> bool:
    return active is not None and active[1].sha256 == sha256(source).hexdigest()
