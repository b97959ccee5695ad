"""The configuration as a whole: differences, roll-back, export and import."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from zato.admin_api.history import following, shown_changes, which_changes
from zato.admin_api.previewing import previewed, shown_diffs
from zato.admin_api.route import Answer, Call, Route
from zato.admin_api.running_worker import RunningWorker
from zato.admin_api.schemas import whole as schemas
from zato.admin_api.schemas.history import Changes, HistoryQuery
from zato.admin_api.schemas.items import Back, ItemKey
from zato.admin_api.schemas.values import ChangeQuery
from zato.admin_api.warning import Warnings, let_in_again, of_whole
from zato.config.configuration import Configuration
from zato.config.kinds import kind_named, lets_in
from zato.config.plan import Key
from zato.config.plan import Summary as Done
from zato.config.publisher import Publisher
from zato.core.errors import Conflict, InvalidInput, TimeLimitExceeded
from zato.core.finding import Finding
from zato.core.principal import Right
from zato.deployment.cluster_rollback import ClusterRollback
from zato.odb.log import ConfigurationLog
from zato.serving.snapshot import Snapshot

YAML = ("application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml")
_IMPORT_BYTES_MAX = 10 * 1024 * 1024


class WholeOperations:
    """Handlers of the routes about all items at once."""

    def __init__(
        self, *, publisher: Publisher, cluster_rollback: ClusterRollback, log: ConfigurationLog, worker: RunningWorker
    ) -> None:
        self._publisher = publisher
        self._cluster_rollback = cluster_rollback
        self._log = log
        self._worker = worker

    def routes(self) -> tuple[Route, ...]:
        """The routes, for the table of all."""
        return (
            Route(
                "GET",
                "/zato/api/diff",
                "diff",
                "What differs between two revisions",
                self.diff,
                Right.READ,
                schemas.Diff,
                query=schemas.DiffQuery,
            ),
            Route(
                "GET",
                "/zato/api/history",
                "get-changes",
                "Changes of all items, newest first",
                self.history,
                Right.READ,
                Changes,
                query=HistoryQuery,
            ),
            Route(
                "POST",
                "/zato/api/rollback",
                "rollback-all",
                "Make the whole configuration what it was at a revision; security definitions only where asked for",
                self.rollback,
                Right.ADMINISTER,
                schemas.Summary,
                request=Back,
                query=ChangeQuery,
                errors=(Conflict, TimeLimitExceeded),
            ),
            Route(
                "GET",
                "/zato/api/export",
                "export",
                "All items as YAML; secrets stay sealed with the cluster's key, or are left open along with addresses",
                self.export,
                Right.READ,
                "text/yaml; charset=utf-8",
                query=schemas.ExportQuery,
            ),
            Route(
                "POST",
                "/zato/api/import",
                "import",
                "Make the items what a YAML document says, all or none; JSON has values for its placeholders beside it",
                self.import_,
                Right.ADMINISTER,
                schemas.Summary,
                request=YAML,
                json_request=schemas.FilledDocument,
                query=schemas.ImportQuery,
                errors=(Conflict,),
                body_bytes_max=_IMPORT_BYTES_MAX,
            ),
        )

    def diff(self, call: Call) -> Answer:
        query: schemas.DiffQuery = call.query
        if query.kind is not None:
            kind_named(query.kind)
        to = self._log.revision() if query.to is None else query.to
        items = shown_diffs(self._publisher.diff(query.from_, to, query.kind, query.name))
        return Answer(schemas.Diff(from_=query.from_, to=to, items=items))

    def history(self, call: Call) -> Answer:
        query: HistoryQuery = call.query
        changes = shown_changes(self._publisher.changes(which_changes(query, query.kind, query.name), query.limit))
        return Answer(Changes(changes=changes, next=following(changes, query.limit)))

    def rollback(self, call: Call) -> Answer:
        body: Back = call.body
        back = self._cluster_rollback
        if call.query.dry_run:
            return previewed(back.preview(body.revision, by=call.by, with_security=body.with_security))
        before = self._worker.current()
        done = back.rollback(body.revision, by=call.by, with_security=body.with_security)
        return Answer(_summary(done, self._warnings(before)))

    def export(self, call: Call) -> Answer:
        query: schemas.ExportQuery = call.query
        text = self._publisher.export(left_open=query.placeholders)
        return Answer(text.encode(), content_type="text/yaml; charset=utf-8")

    def import_(self, call: Call) -> Answer:
        query: schemas.ImportQuery = call.query
        given: schemas.FilledDocument | None = call.body
        text = _text(call.raw) if given is None else given.document
        values = None if given is None else given.values

        def take(publisher: Publisher) -> Done:
            return publisher.import_(text, query.mode, by=call.by, values=values)

        if query.dry_run:
            return previewed(self._publisher.preview(take))
        before = self._worker.current()
        done = take(self._publisher)
        return Answer(_summary(done, self._warnings(before, let_in_again(done, self._deleted_before(done)))))

    def _warnings(self, before: Snapshot, others: Iterable[Finding] = ()) -> Warnings:
        now = Configuration.from_items(*self._log.items_with_revision())
        return of_whole(before, now, self._worker.current().codes.used, others)

    def _deleted_before(self, done: Done) -> Collection[Key]:
        """Items deleted before it, of the kinds that let somebody in and of which the change has made items."""
        kinds = {kind for kind, _ in done.created if lets_in(kind)}
        return self._log.deleted(kinds, done.revision) if kinds else ()


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"The document is not valid UTF-8 at byte {error.start}.", code="invalid-utf8") from error


def _summary(done: Done, warnings: Warnings) -> schemas.Summary:
    return schemas.Summary(
        revision=done.revision,
        created=_keys(done.created),
        updated=_keys(done.updated),
        deleted=_keys(done.deleted),
        unchanged=done.unchanged,
        kept=_keys((each.kind, each.name) for each in done.kept),
        unused_values=list(done.unused_values),
        warnings=warnings,
    )


def _keys(keys: Iterable[Key]) -> list[ItemKey]:
    return [ItemKey(kind=kind, name=name) for kind, name in keys]
