"""The cluster as a whole in one answer: what is found by a text, and an overview."""

from __future__ import annotations

from zato.admin_api.deployments import shown
from zato.admin_api.history import shown_changes
from zato.admin_api.route import Answer, Call, Route
from zato.admin_api.running_worker import RunningWorker
from zato.admin_api.schemas import overview as schemas
from zato.admin_api.status.report import StatusReport
from zato.config.kinds import KINDS
from zato.config.publisher import Publisher
from zato.config.searching import matched, matched_name
from zato.core.errors import ZatoError
from zato.core.principal import Right
from zato.odb.changes import WhichChanges
from zato.odb.deployments import Deployments

_OF_LATE = 10


class OverviewOperations:
    """Handlers of the routes about the cluster as a whole."""

    def __init__(
        self, *, report: StatusReport, publisher: Publisher, deployments: Deployments, worker: RunningWorker
    ) -> None:
        self._report = report
        self._publisher = publisher
        self._deployments = deployments
        self._worker = worker

    def routes(self) -> tuple[Route, ...]:
        """The routes, for the table of all."""
        return (
            Route(
                "GET",
                "/zato/api/search",
                "search",
                "Items and services that have a text in their names or fields",
                self.search,
                Right.READ,
                schemas.FoundThings,
                query=schemas.SearchQuery,
            ),
            Route(
                "GET",
                "/zato/api/summary",
                "summary",
                "The state of the cluster, what it has, and what was done of late",
                self.summary,
                Right.READ,
                schemas.Overview,
            ),
        )

    def search(self, call: Call) -> Answer:
        """By what this worker serves from, so that it is quick and works while the ODB is away."""
        query: schemas.SearchQuery = call.query
        snapshot = self._worker.current()
        found = [
            (match.rank, item.name, schemas.FoundThing(what="item", kind=kind, name=item.name, field=match.field))
            for kind in KINDS
            for item in snapshot.configuration.all(kind)
            if (match := matched(item, query.q)) is not None
        ]
        found += [
            (match.rank, name, schemas.FoundThing(what="service", kind=None, name=name, field=None))
            for name in snapshot.codes.services
            if (match := matched_name(name, query.q)) is not None
        ]
        found.sort(key=lambda each: (each[0], each[1], each[2].kind or ""))
        return Answer(
            schemas.FoundThings(
                found=[each[2] for each in found[: query.limit]],
                total=len(found),
                revision=snapshot.configuration.revision,
            )
        )

    def summary(self, call: Call) -> Answer:
        """With the ODB away, too: what is only there is empty then, and the status says why."""
        snapshot = self._worker.current()
        try:
            changes = shown_changes(self._publisher.changes(WhichChanges(), _OF_LATE))
            deployments = [shown(deployment) for deployment in self._deployments.list(_OF_LATE)]
        except ZatoError:
            changes, deployments = [], []
        return Answer(
            schemas.Overview(
                status=self._report.now(),
                items={kind: len(snapshot.configuration.all(kind)) for kind in KINDS},
                services=len(snapshot.codes.services),
                changes=changes,
                deployments=deployments,
            )
        )
