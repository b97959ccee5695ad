"""Deploying a file on request: check it, stage it, and wait until it is active everywhere or refused."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256

from zato.config.publisher import Preview, Publisher
from zato.config.writer import Author
from zato.core.clock import Clock
from zato.core.errors import Conflict, TimeLimitExceeded, Unavailable, ZatoError
from zato.deployment.activation import Activation
from zato.deployment.check.checker import Checker
from zato.deployment.check.selection import module_of
from zato.deployment.group_deployer import GroupDeployer
from zato.deployment.loader import CodeSet, DeploymentRefused
from zato.deployment.loader.names import check_file_name
from zato.deployment.outcomes import Outcomes
from zato.deployment.whole_staging import WholeStaging
from zato.deployment.withdrawal import withdrawable
from zato.host.logs import get_logger
from zato.odb.deployments import Deployment, Deployments, DeploymentState

_log = get_logger("zato.deployment")

# Those that nobody waits for; each has a thread of its own
_BEGUN_MAX = 16


class Deployer:
    """What the admin API calls. Each method returns when the thing is done on all live workers, or raises."""

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
        server: int | None = None,
        note: Callable[[str], None] = lambda outcome: None,
        notify: Callable[[int], None] = lambda revision: None,
    ) -> None:
        """`server` is the number of the one that checks. `note` is told of each attempt how it ended, for the metrics.

        That is active, withdrawn, rejected, timed-out, or failed for everything else. `notify` makes workers look.
        """
        self._deployments = deployments
        self._activation = activation
        self._publisher = publisher
        self._checker = checker
        self._running = running
        self._clock = clock
        self._server = server
        self._note = note
        self._notify = notify
        self._outcomes = Outcomes(deployments, activation, clock)
        self._group = GroupDeployer(
            deployments=deployments,
            activation=activation,
            publisher=publisher,
            checker=checker,
            whole=whole,
            running=running,
            clock=clock,
            server=server,
        )
        self._begun = threading.BoundedSemaphore(_BEGUN_MAX)

    def deploy(self, file_name: str, source: bytes, *, by: Author) -> Deployment:
        """The deployment that is active now. Where the same content is active already, that is the one it was.

        Raises DeploymentRefused (InvalidInput, deployment-rejected) whose details have reason, file and line where
        they are known, and TimeLimitExceeded. Where somebody deployed the same file at the same time the later one
        stays; the earlier one is answered in state superseded.
        """
        with self._counted("active"):
            return self._deploy(file_name, source, by)

    def deploy_together(self, files: Mapping[str, bytes], *, by: Author) -> Sequence[Deployment]:
        """The deployments that are active now, one for each file: all become active at one moment, or none does.

        Raises as `deploy` does, and Conflict where a name belongs to a file that is not among them, or while another
        such request, or a roll-back of the cluster, is under way.
        """
        if len(files) == 1:
            ((name, source),) = files.items()
            return [self.deploy(name, source, by=by)]
        with self._counted("active"):
            return self._group.deploy(files, by=by)

    def begin(self, file_name: str, source: bytes, *, by: Author) -> Deployment:
        """The deployment as it is at its beginning; `deploy`'s work goes on behind it, and its state says how it ends.

        Raises Unavailable where many have begun, and DeploymentRefused for a name that is not acceptable.
        """
        deployment = self._admitted(file_name, source, by)
        if deployment.state is not DeploymentState.CHECKING:
            return deployment
        if not self._begun.acquire(blocking=False):
            reason = "Many deployments have begun on this worker and go on; deploy it again when they have ended."
            raise self._busy(deployment, reason)

        def go_on() -> None:
            try:
                with self._counted("active"):
                    self._carry_out(deployment, source)
            except ZatoError as error:  # its state says it as well, where it can be told
                _log.info("Deployment ended", deployment=deployment.id, reason=error.message, cid=by.cid)
            except Exception:  # noqa: BLE001 - the outermost frame of a thread
                _log.exception("A deployment ended unexpectedly", deployment=deployment.id, cid=by.cid)
            finally:
                self._begun.release()

        try:
            threading.Thread(target=go_on, name=f"deployment-{deployment.id}", daemon=True).start()
        except (RuntimeError, MemoryError) as error:  # there may be no more threads now
            self._begun.release()
            raise self._busy(deployment, f"It cannot begin for now: {error}. Deploy it again in a moment.") from error
        return deployment

    def _busy(self, deployment: Deployment, reason: str) -> Unavailable:
        self._deployments.set_state(deployment.id, {DeploymentState.CHECKING}, DeploymentState.REJECTED, reason=reason)
        return Unavailable(reason, code="deployments-busy")

    def _deploy(self, file_name: str, source: bytes, by: Author) -> Deployment:
        deployment = self._admitted(file_name, source, by)
        return self._carry_out(deployment, source) if deployment.state is DeploymentState.CHECKING else deployment

    def _admitted(self, file_name: str, source: bytes, by: Author) -> Deployment:
        """A new deployment, or the one that is active where its content is the same."""
        check_file_name(file_name)
        digest = sha256(source).hexdigest()
        active = self._activation.active(file_name)
        if active is not None and active[1].sha256 == digest:
            return self._deployments.get(active[1].deployment_id)
        return self._deployments.add(
            file_name=file_name,
            module=module_of(file_name, source),
            form=file_name.rpartition(".")[2],
            sha256=digest,
            source=source,
            author=by.principal,
            cid=by.cid,
            at=self._clock.now(),
            origin=by.origin,
        )

    def _carry_out(self, deployment: Deployment, source: bytes) -> Deployment:
        """Check a deployment that was admitted, stage it, and wait for what becomes of it."""
        try:
            services = self._checked(deployment.file_name, source, deployment.id)
        except DeploymentRefused as error:
            refusal = error.refusal
            self._deployments.set_state(
                deployment.id,
                {DeploymentState.CHECKING},
                DeploymentState.REJECTED,
                reason=refusal.reason,
                reason_file=refusal.file,
                reason_line=refusal.line,
            )
            raise
        self._stage(deployment, DeploymentState.CHECKING, services)
        return self._outcomes.of(deployment, None)

    def activate(self, deployment_id: int, *, by: Author) -> Deployment:
        """Make an earlier version the active one again, on the same way as a new one. Raises as `deploy` does.

        Raises Conflict (not-activatable) for a version that was never active.
        """
        with self._counted("active"):
            return self._activate(deployment_id, by)

    def _activate(self, deployment_id: int, by: Author) -> Deployment:
        deployment = self._deployments.get(deployment_id)
        if self._is_active(deployment):
            return deployment
        services = self._checked(deployment.file_name, self._deployments.source(deployment_id), deployment_id)
        self._stage(deployment, DeploymentState.SUPERSEDED, services)
        return self._outcomes.of(deployment, by)

    def undeploy(self, *file_names: str, by: Author) -> int:
        """Withdraw files as one change; their services are gone when this returns, their versions can be active again.

        Raises NotFound, and DeploymentRefused where a file that imports one of them does not work without it.
        """
        with self._counted("withdrawn"):
            revision = self._activation.withdraw(self._withdrawable(file_names), by)
            what = f"The withdrawal of {', '.join(file_names)}"
            self._outcomes.withdrawn(revision, what)
            return revision

    def preview_deploy(self, file_name: str, source: bytes, *, by: Author) -> Preview:
        """What `deploy` would change, with the file checked. Raises as it does, but for what workers say."""
        return self.preview_together({file_name: source}, by=by)

    def preview_together(self, files: Mapping[str, bytes], *, by: Author) -> Preview:
        """What `deploy_together` would change, with the files checked. Raises as it does, but for what workers say."""
        return self._group.preview(files, by=by)

    def preview_activate(self, deployment_id: int, *, by: Author) -> Preview:
        """What `activate` would change, with the file checked. Raises as it does, but for what workers say."""
        deployment = self._deployments.get(deployment_id)
        if self._is_active(deployment):
            return Preview(self._activation.revision(), ())
        services = self._checked(deployment.file_name, self._deployments.source(deployment_id), deployment_id)
        version = {
            "deployment_id": deployment_id,
            "sha256": deployment.sha256,
            "module": deployment.module,
            "services": list(services),
        }
        return self._activation.preview({deployment.file_name: version}, by=by)

    def preview_undeploy(self, *file_names: str, by: Author) -> Preview:
        """What `undeploy` would change. Raises as it does."""
        return self._activation.preview_withdrawal(self._withdrawable(file_names), by)

    @contextmanager
    def _counted(self, success: str) -> Iterator[None]:
        outcome = "failed"
        try:
            yield
            outcome = success
        except DeploymentRefused:
            outcome = "rejected"
            raise
        except TimeLimitExceeded:
            outcome = "timed-out"
            raise
        finally:
            self._note(outcome)

    def _is_active(self, deployment: Deployment) -> bool:
        """Raises Conflict where it neither is active nor can be."""
        active = self._activation.active(deployment.file_name)
        if active is not None and active[1].deployment_id == deployment.id:
            return True
        if deployment.state is not DeploymentState.SUPERSEDED:
            raise Conflict(
                f"Deployment {deployment.id} of {deployment.file_name} is {deployment.state}: only a version that "
                "was active before can be activated again. Deploy its file instead.",
                code="not-activatable",
            )
        return False

    def _withdrawable(self, file_names: Sequence[str]) -> Mapping[str, int]:
        return withdrawable(file_names, self._activation, self._running)

    def _checked(self, file_name: str, source: bytes, deployment_id: int) -> tuple[str, ...]:
        """The file's services. Raises DeploymentRefused."""
        result = self._checker.check(self._running(), file_name, source, deployment_id)
        if result.refusal is not None:
            # Another server might have what this one lacks
            raise DeploymentRefused(result.refusal, server=self._server)
        return tuple(service.name for service in result.services)

    def _stage(self, deployment: Deployment, expected: DeploymentState, services: tuple[str, ...]) -> None:
        if not self._deployments.set_state(deployment.id, {expected}, DeploymentState.STAGED, services=services):
            state = self._deployments.get(deployment.id).state
            raise Conflict(
                f"Deployment {deployment.id} of {deployment.file_name} became {state} meanwhile; look at it again.",
                code="deployment-changed",
            )
        self._notify(self._activation.revision())
