"""Deployments of files of services."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import msgspec
from msgspec import UNSET, UnsetType

from zato.admin_api.audit_recorder import AuditRecorder
from zato.admin_api.previewing import previewed
from zato.admin_api.route import Answer, Call, Route
from zato.admin_api.running_worker import RunningWorker
from zato.admin_api.schemas import deployments as schemas
from zato.admin_api.schemas.deployments import (
    DeployQuery,
    NamedFiles,
    NewFiles,
    UndeployedTogether,
)
from zato.admin_api.schemas.values import ChangeQuery
from zato.admin_api.warning import Warnings, of_deployment, of_undeployment
from zato.core.clock import Clock
from zato.core.errors import Conflict, InvalidInput, NotFound, TimeLimitExceeded, ZatoError
from zato.core.limits import SOURCE_BYTES_MAX
from zato.core.principal import Right
from zato.deployment.activation import LIVE
from zato.deployment.deployer import Deployer
from zato.deployment.loader.names import check_file_name
from zato.odb.deployments import Deployment, Deployments, DeploymentState, Report
from zato.odb.members import Members
from zato.serving.http.request_parts import number_in_path

DEPLOYMENTS = "/zato/api/deployments"
SOURCE = ("application/octet-stream", "text/x-python", "application/x-python-code", "application/zip")


class DeploymentOperations:
    """Handlers of the routes about deployments."""

    def __init__(
        self,
        *,
        deployments: Deployments,
        deployer: Deployer,
        members: Members,
        clock: Clock,
        recorder: AuditRecorder,
        worker: RunningWorker,
    ) -> None:
        self._deployments = deployments
        self._deployer = deployer
        self._members = members
        self._clock = clock
        self._recorder = recorder
        self._worker = worker

    def routes(self) -> tuple[Route, ...]:
        """The routes, for the table of all."""
        one = DEPLOYMENTS + "/{id}"
        changes = (Conflict, TimeLimitExceeded)
        return (
            Route(
                "POST",
                DEPLOYMENTS,
                "deploy",
                "Deploy a file; answers once it is active everywhere or refused, or at once",
                self.deploy,
                Right.DEPLOY,
                schemas.Deployment,
                request=SOURCE,
                query=DeployQuery,
                status=201,
                also={202: schemas.Deployment},
                errors=changes,
                body_bytes_max=SOURCE_BYTES_MAX,
            ),
            Route(
                "POST",
                DEPLOYMENTS + "/together",
                "deploy-together",
                "Deploy files that become active at one moment, all or none",
                self.deploy_together,
                Right.DEPLOY,
                schemas.Deployments,
                request=NewFiles,
                query=ChangeQuery,
                status=201,
                errors=changes,
                body_bytes_max=2 * SOURCE_BYTES_MAX,
            ),
            Route(
                "GET",
                DEPLOYMENTS,
                "list-deployments",
                "Deployments, newest first",
                self.list,
                Right.READ,
                schemas.Deployments,
                query=schemas.DeploymentsQuery,
            ),
            Route("GET", one, "get-deployment", "One deployment", self.get, Right.READ, schemas.Deployment),
            Route(
                "POST",
                one + "/activate",
                "activate",
                "Make an earlier deployment the active one of its file",
                self.activate,
                Right.DEPLOY,
                schemas.Deployment,
                query=ChangeQuery,
                errors=changes,
            ),
            Route(
                "DELETE",
                DEPLOYMENTS + "/files/{file_name}",
                "undeploy",
                "Withdraw a file and its services",
                self.undeploy,
                Right.DEPLOY,
                schemas.Undeployed,
                query=ChangeQuery,
                errors=changes,
            ),
            Route(
                "POST",
                DEPLOYMENTS + "/together/undeploy",
                "undeploy-together",
                "Withdraw files and their services as one change, all or none",
                self.undeploy_together,
                Right.DEPLOY,
                UndeployedTogether,
                request=NamedFiles,
                query=ChangeQuery,
                errors=(*changes, NotFound),
            ),
        )

    def deploy(self, call: Call) -> Answer:
        query: DeployQuery = call.query
        name = query.file_name
        before = self._worker.current()
        with self._noted(f"deployment:{name}", call, checks=query.dry_run):
            check_file_name(name)
            if not call.raw:
                raise InvalidInput(f"{name} is empty; send the file as the body.", code="deployment-rejected")
            if query.dry_run:
                return previewed(self._deployer.preview_deploy(name, call.raw, by=call.by))
            if query.wait:
                deployment = self._deployer.deploy(name, call.raw, by=call.by)
            else:
                deployment = self._deployer.begin(name, call.raw, by=call.by)
        location = {"Location": f"{DEPLOYMENTS}/{deployment.id}"}
        if query.wait:
            warnings = of_deployment(before, self._worker.current(), name)
            return Answer(shown(deployment, warnings=warnings), 201, location)
        return Answer(self._in_full(deployment), 202, location)

    def deploy_together(self, call: Call) -> Answer:
        body: NewFiles = call.body
        files = {file.file_name: file.source for file in body.files}
        with self._noted("deployment:" + ",".join(files), call, checks=call.query.dry_run):
            if len(files) != len(body.files):
                raise InvalidInput("A file is given twice; give each once.", code="deployment-rejected")
            if call.query.dry_run:
                return previewed(self._deployer.preview_together(files, by=call.by))
            before = self._worker.current()
            found = self._deployer.deploy_together(files, by=call.by)
        after = self._worker.current()
        listed = [shown(one, warnings=of_deployment(before, after, one.file_name)) for one in found]
        return Answer(schemas.Deployments(deployments=listed), 201)

    @contextmanager
    def _noted(self, subject: str, call: Call, *, checks: bool, action: str = "deploy") -> Iterator[None]:
        """What is refused is in the audit log, but for checks, which change nothing."""
        try:
            yield
        except ZatoError as error:
            if not checks:
                self._recorder.note(action, subject, call.by, error)
            raise

    def list(self, call: Call) -> Answer:
        query: schemas.DeploymentsQuery = call.query
        found = self._deployments.list(query.limit, query.file_name)
        return Answer(schemas.Deployments(deployments=[shown(deployment) for deployment in found]))

    def get(self, call: Call) -> Answer:
        return Answer(self._in_full(self._named(call)))

    def _named(self, call: Call) -> Deployment:
        return self._deployments.get(number_in_path(call.params["id"], "deployment"))

    def _in_full(self, deployment: Deployment) -> schemas.Deployment:
        """With what the workers have said, and which of them serve it."""
        oldest = self._clock.now() - LIVE
        live = [row for row in self._members.workers() if row.beat >= oldest]
        active = deployment.state is DeploymentState.ACTIVE and deployment.revision is not None
        serving = [row.worker for row in live if active and row.applied_revision >= (deployment.revision or 0)]
        return msgspec.structs.replace(
            shown(deployment, self._deployments.reports(deployment.id)),
            expected=[row.worker for row in live],
            serving=serving,
        )

    def activate(self, call: Call) -> Answer:
        deployment_id = number_in_path(call.params["id"], "deployment")
        self._deployments.get(deployment_id)
        before = self._worker.current()
        with self._noted(f"deployment:{deployment_id}", call, checks=call.query.dry_run, action="activate"):
            if call.query.dry_run:
                return previewed(self._deployer.preview_activate(deployment_id, by=call.by))
            deployment = self._deployer.activate(deployment_id, by=call.by)
        warnings = of_deployment(before, self._worker.current(), deployment.file_name)
        return Answer(shown(deployment, warnings=warnings))

    def undeploy(self, call: Call) -> Answer:
        name = call.params["file_name"]
        try:
            check_file_name(name)
        except ZatoError as error:
            raise NotFound(f"No file {name[:120]!r} is deployed.") from error
        before = self._worker.current()
        with self._noted(f"deployment:{name}", call, checks=call.query.dry_run, action="undeploy"):
            if call.query.dry_run:
                return previewed(self._deployer.preview_undeploy(name, by=call.by))
            revision = self._deployer.undeploy(name, by=call.by)
        return Answer(schemas.Undeployed(file_name=name, revision=revision, warnings=of_undeployment(before, [name])))

    def undeploy_together(self, call: Call) -> Answer:
        body: NamedFiles = call.body
        names = body.file_names
        before = self._worker.current()
        with self._noted("deployment:" + ",".join(names), call, checks=call.query.dry_run, action="undeploy"):
            if len(set(names)) != len(names):
                raise InvalidInput("A file is named twice; name each once.")
            if call.query.dry_run:
                return previewed(self._deployer.preview_undeploy(*names, by=call.by))
            revision = self._deployer.undeploy(*names, by=call.by)
        warnings = of_undeployment(before, names)
        return Answer(UndeployedTogether(file_names=names, revision=revision, warnings=warnings))


def shown(
    deployment: Deployment, reports: Sequence[Report] | None = None, *, warnings: Warnings = UNSET
) -> schemas.Deployment:
    """A deployment as it is answered."""
    listed: list[schemas.Report] | UnsetType = UNSET
    if reports is not None:
        listed = [schemas.Report(worker=one.worker, ok=one.ok, reason=one.reason, at=one.at) for one in reports]
    return schemas.Deployment(
        id=deployment.id,
        file_name=deployment.file_name,
        module=deployment.module,
        form=deployment.form,
        sha256=deployment.sha256,
        size_bytes=deployment.size_bytes,
        author=deployment.author,
        cid=deployment.cid,
        created=deployment.created,
        state=deployment.state.value,
        reason=deployment.reason,
        reason_file=deployment.reason_file,
        reason_line=deployment.reason_line,
        services=list(deployment.services),
        revision=deployment.revision,
        reports=listed,
        warnings=warnings,
    )
