"""Deployments of files of services."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UNSET, UnsetType

from zato.core.errors import Conflict, InvalidInput, NotFound, TimeLimitExceeded, ZatoError
from zato.core.limits import SOURCE_BYTES_MAX
from zato.odb.deployments import Deployment, Report
from zato.security.authorisation import Right
from zato.server.http.admin import shapes
from zato.server.http.admin.collaborators import AdminCollaborators
from zato.server.http.admin.previewing import previewed
from zato.server.http.admin.reading import number_in_path
from zato.server.http.admin.route import Answer, Call, Route
from zato.server.http.admin.warning import Warnings, of_deployment, of_undeployment
from zato.server.loader.names import check_file_name

DEPLOYMENTS = "/zato/api/deployments"
SOURCE = ("application/octet-stream", "text/x-python", "application/x-python-code", "application/zip")


class DeploymentOperations:
    """Handlers of the routes about deployments."""

    def __init__(self, collaborators: AdminCollaborators) -> None:
        self._deployments = collaborators.deployments
        self._deployer = collaborators.deployer
        self._trail = collaborators.trail
        self._worker = collaborators.worker

    def routes(self) -> tuple[Route, ...]:
        """The routes, for the table of all."""
        one = DEPLOYMENTS + "/{id}"
        changes = (Conflict, TimeLimitExceeded)
        return (
            Route(
                "POST",
                DEPLOYMENTS,
                "deploy",
                "Deploy a file; answers once it is active everywhere or refused",
                self.deploy,
                Right.DEPLOY,
                shapes.Deployment,
                takes=SOURCE,
                query=shapes.DeployQuery,
                status=201,
                errors=changes,
                body_bytes_max=SOURCE_BYTES_MAX,
            ),
            Route(
                "GET",
                DEPLOYMENTS,
                "list-deployments",
                "Deployments, newest first",
                self.list,
                Right.READ,
                shapes.Deployments,
                query=shapes.DeploymentsQuery,
            ),
            Route("GET", one, "get-deployment", "One deployment", self.get, Right.READ, shapes.Deployment),
            Route(
                "POST",
                one + "/activate",
                "activate",
                "Make an earlier deployment the active one of its file",
                self.activate,
                Right.DEPLOY,
                shapes.Deployment,
                query=shapes.ChangeQuery,
                errors=changes,
            ),
            Route(
                "DELETE",
                DEPLOYMENTS + "/files/{file_name}",
                "undeploy",
                "Withdraw a file and its services",
                self.undeploy,
                Right.DEPLOY,
                shapes.Undeployed,
                query=shapes.ChangeQuery,
                errors=changes,
            ),
        )

    def deploy(self, call: Call) -> Answer:
        query: shapes.DeployQuery = call.query
        name = query.file_name
        before = self._worker.current()
        try:
            check_file_name(name)
            if not call.raw:
                raise InvalidInput(f"{name} is empty; send the file as the body.", code="deployment-rejected")
            if query.dry_run:
                return previewed(self._deployer.preview_deploy(name, call.raw, by=call.by))
            deployment = self._deployer.deploy(name, call.raw, by=call.by)
        except ZatoError as error:
            self._trail.note("deploy", f"deployment:{name}", call.by, error)
            raise
        warnings = of_deployment(before, self._worker.current(), name)
        return Answer(shown(deployment, warnings=warnings), 201, {"Location": f"{DEPLOYMENTS}/{deployment.id}"})

    def list(self, call: Call) -> Answer:
        query: shapes.DeploymentsQuery = call.query
        found = self._deployments.list(query.limit, query.file_name)
        return Answer(shapes.Deployments(deployments=[shown(deployment) for deployment in found]))

    def get(self, call: Call) -> Answer:
        deployment_id = number_in_path(call.params["id"], "deployment")
        deployment = self._deployments.get(deployment_id)
        return Answer(shown(deployment, self._deployments.reports(deployment_id)))

    def activate(self, call: Call) -> Answer:
        deployment_id = number_in_path(call.params["id"], "deployment")
        self._deployments.get(deployment_id)
        before = self._worker.current()
        try:
            if call.query.dry_run:
                return previewed(self._deployer.preview_activate(deployment_id, by=call.by))
            deployment = self._deployer.activate(deployment_id, by=call.by)
        except ZatoError as error:
            self._trail.note("activate", f"deployment:{deployment_id}", call.by, error)
            raise
        warnings = of_deployment(before, self._worker.current(), deployment.file_name)
        return Answer(shown(deployment, warnings=warnings))

    def undeploy(self, call: Call) -> Answer:
        name = call.params["file_name"]
        try:
            check_file_name(name)
        except ZatoError as error:
            raise NotFound(f"No file {name[:120]!r} is deployed.") from error
        try:
            if call.query.dry_run:
                return previewed(self._deployer.preview_undeploy(name, by=call.by))
            before = self._worker.current()
            revision = self._deployer.undeploy(name, by=call.by)
        except ZatoError as error:
            self._trail.note("undeploy", f"deployment:{name}", call.by, error)
            raise
        return Answer(shapes.Undeployed(file_name=name, revision=revision, warnings=of_undeployment(before, name)))


def shown(
    deployment: Deployment, reports: Sequence[Report] | None = None, *, warnings: Warnings = UNSET
) -> shapes.Deployment:
    """A deployment as it is answered."""
    listed: list[shapes.Report] | UnsetType = UNSET
    if reports is not None:
        listed = [shapes.Report(worker=one.worker, ok=one.ok, reason=one.reason, at=one.at) for one in reports]
    return shapes.Deployment(
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
