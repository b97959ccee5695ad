"""Configuration items: the same operations for every kind."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from msgspec import UNSET
from msgspec.structs import replace

from zato.admin_api.audit_recorder import AuditRecorder
from zato.admin_api.history import following, shown_changes, which_changes
from zato.admin_api.pages import page_of
from zato.admin_api.previewing import previewed
from zato.admin_api.route import Answer, Call, Route
from zato.admin_api.running_worker import RunningWorker
from zato.admin_api.schemas import items as schemas
from zato.admin_api.schemas.history import ChangesQuery, History
from zato.admin_api.schemas.values import ChangeQuery
from zato.admin_api.warning import Warnings, of_change, of_deletion
from zato.config.codec import public
from zato.config.item import Item
from zato.config.kinds import kind_named
from zato.config.kinds.deployment import DEPLOYMENT
from zato.config.publisher import Publisher
from zato.core.errors import Conflict, NotFound, TimeLimitExceeded, ZatoError
from zato.core.principal import Right
from zato.core.suggestions import did_you_mean
from zato.deployment.deployer import Deployer
from zato.odb.changes import Action, Maker
from zato.odb.log import ConfigurationLog
from zato.security.authorisation import may
from zato.serving.http.request_parts import expected_revision, key_in_path, stated_revision

ITEMS = "/zato/api/items/{kind}"
ITEM = ITEMS + "/{name}"


class ItemOperations:
    """Handlers of the routes about items."""

    def __init__(
        self,
        *,
        publisher: Publisher,
        log: ConfigurationLog,
        worker: RunningWorker,
        deployer: Deployer,
        recorder: AuditRecorder,
    ) -> None:
        self._publisher = publisher
        self._log = log
        self._worker = worker
        self._deployer = deployer
        self._recorder = recorder

    def routes(self) -> tuple[Route, ...]:
        """The routes, for the table of all."""
        read = Right.READ
        return (
            Route(
                "GET", ITEMS, "list-items", "Items of a kind", self.list, read, schemas.Items, query=schemas.ItemsQuery
            ),
            Route(
                "POST",
                ITEMS,
                "create-item",
                "Create an item; secrets that are made up for it are shown this once",
                self.create,
                None,
                schemas.Item,
                request=schemas.NewItem,
                query=ChangeQuery,
                status=201,
                errors=(Conflict,),
            ),
            Route("GET", ITEM, "get-item", "One item", self.get, read, schemas.Item),
            Route(
                "PUT",
                ITEM,
                "change-item",
                "Replace the fields of an item",
                self.change,
                None,
                schemas.Item,
                request=schemas.ChangedItem,
                query=ChangeQuery,
                errors=(Conflict,),
            ),
            Route(
                "DELETE",
                ITEM,
                "delete-item",
                "Delete an item",
                self.delete,
                None,
                schemas.Deleted,
                query=schemas.DeleteQuery,
                errors=(Conflict,),
            ),
            Route(
                "GET",
                ITEM + "/history",
                "get-history",
                "Changes of an item",
                self.history,
                read,
                History,
                query=ChangesQuery,
            ),
            Route(
                "POST",
                ITEM + "/rollback",
                "rollback-item",
                "Make an item what it was at a revision",
                self.rollback,
                None,
                schemas.Item,
                request=schemas.ItemBack,
                query=ChangeQuery,
                errors=(Conflict, TimeLimitExceeded),
            ),
            Route(
                "POST",
                ITEM + "/rotate",
                "rotate-item",
                "Make up an item's key anew, which is shown this once; the one before is worth nothing then",
                self.rotate,
                None,
                schemas.Item,
                errors=(Conflict,),
            ),
        )

    def list(self, call: Call) -> Answer:
        query: schemas.ItemsQuery = call.query
        kind = call.params["kind"]
        revision = self._log.revision()  # read first, so that the items are never older than it says
        page, following = page_of(self._publisher.list(kind), query)
        makers = self._log.makers(kind)
        return Answer(
            schemas.Items(
                items=[_listed(item, makers.get(item.revision)) for item in page], revision=revision, next=following
            )
        )

    def create(self, call: Call) -> Answer:
        kind = _changeable(call.params["kind"])
        body: schemas.NewItem = call.body
        body = replace(body, name=kind_named(kind).full_name(body.name))
        if call.query.dry_run:
            return self._previewed(lambda publisher: publisher.create(kind, body.name, body.value, by=call.by))
        created = self._publisher.create(kind, body.name, body.value, by=call.by)
        item = _shown(
            created, dict(created.generated), of_change(self._worker.current(), kind, body.name, created.value)
        )
        location = f"/zato/api/items/{kind}/{quote(created.name, safe='')}"
        return Answer(item, 201, {**_etag(created), "Location": location})

    def get(self, call: Call) -> Answer:
        kind, name = key_in_path(call.params)
        try:
            item = self._publisher.get(kind, name)
        except NotFound as error:
            hint = did_you_mean(name, (each.name for each in self._publisher.list(kind)))
            raise NotFound(f"There is no {kind} named {name!r}{hint}", code=error.code) from error
        return Answer(_shown(item), headers=_etag(item))

    def change(self, call: Call) -> Answer:
        kind, name = key_in_path(call.params)
        body: schemas.ChangedItem = call.body
        revision = expected_revision(body.revision, call.environ)
        _changeable(kind)
        if call.query.dry_run:
            return self._previewed(lambda publisher: publisher.update(kind, name, body.value, revision, by=call.by))
        item = self._publisher.update(kind, name, body.value, revision, by=call.by)
        warnings = of_change(self._worker.current(), kind, name, item.value)
        return Answer(_shown(item, warnings=warnings), headers=_etag(item))

    def delete(self, call: Call) -> Answer:
        kind, name = key_in_path(call.params)
        query: schemas.DeleteQuery = call.query
        expected = expected_revision(query.revision, call.environ)
        _changeable(kind)
        if query.dry_run:
            return self._previewed(lambda publisher: publisher.delete(kind, name, expected, by=call.by))
        revision = self._publisher.delete(kind, name, expected, by=call.by)
        warnings = of_deletion(self._worker.current(), kind, name)
        return Answer(schemas.Deleted(kind=kind, name=name, revision=revision, warnings=warnings))

    def history(self, call: Call) -> Answer:
        kind, name = key_in_path(call.params)
        query: ChangesQuery = call.query
        changes = shown_changes(self._publisher.changes(which_changes(query, kind, name), query.limit))
        return Answer(History(kind=kind, name=name, changes=changes, next=following(changes, query.limit)))

    def rollback(self, call: Call) -> Answer:
        kind, name = key_in_path(call.params)
        body: schemas.ItemBack = call.body
        expected = stated_revision(body.started_from, call.environ)
        if kind == DEPLOYMENT.name:
            return self._rollback_deployment(call, name, body.revision, expected)

        def back(publisher: Publisher) -> Item:
            return publisher.rollback_item(
                kind,
                name,
                body.revision,
                expected,
                by=call.by,
                with_security=body.with_security,
                moves_secrets=may(call.principal, Right.ADMINISTER),
            )

        if call.query.dry_run:
            return self._previewed(back)
        item = back(self._publisher)
        warnings = of_change(self._worker.current(), kind, name, item.value)
        return Answer(_shown(item, warnings=warnings), headers=_etag(item))

    def _rollback_deployment(self, call: Call, name: str, revision: int, expected: int | None) -> Answer:
        kind = DEPLOYMENT.name
        try:
            if expected is not None:
                self._require_at(kind, name, expected)
            deployment_id = self._deployment_at(name, revision)
            if call.query.dry_run:
                return previewed(self._deployer.preview_activate(deployment_id, by=call.by))
            self._deployer.activate(deployment_id, by=call.by)
        except ZatoError as error:
            if not call.query.dry_run:
                self._recorder.note("rollback-item", f"{kind}:{name}", call.by, error)
            raise
        item = self._publisher.get(kind, name)
        return Answer(_shown(item), headers=_etag(item))

    def _previewed(self, change: Callable[[Publisher], object]) -> Answer:
        return previewed(self._publisher.preview(change))

    def rotate(self, call: Call) -> Answer:
        rotated = self._publisher.rotate(*key_in_path(call.params), by=call.by)
        return Answer(_shown(rotated, dict(rotated.generated)), headers=_etag(rotated))

    def _require_at(self, kind: str, name: str, expected: int) -> None:
        last = self._publisher.history(kind, name, 1)[0]
        now = 0 if last.action is Action.DELETE else last.revision
        if now != expected:
            raise Conflict(
                f"The change of {kind} {name!r} started from revision {expected}, and it is at revision {now} now, "
                f"changed by {last.principal}. Read it again and repeat the change.",
                code="stale-revision",
            )

    def _deployment_at(self, name: str, revision: int) -> int:
        for entry in self._publisher.history(DEPLOYMENT.name, name, 1000):
            if entry.revision <= revision:
                if entry.action is Action.DELETE or entry.value is None:
                    break
                return int(entry.value["deployment_id"])
        raise NotFound(f"No version of {name} was active at revision {revision}; see its history.")


def _changeable(kind: str) -> str:
    managed = kind_named(kind).managed
    if managed is not None:
        raise Conflict(managed.how, code=managed.code)
    return kind


def _listed(item: Item, maker: Maker | None) -> schemas.Item:
    shown = _shown(item)
    return shown if maker is None else replace(shown, changed=maker.at, author=maker.principal)


def _shown(item: Item, generated: dict[str, str] | None = None, warnings: Warnings = UNSET) -> schemas.Item:
    return schemas.Item(
        kind=item.kind,
        name=item.name,
        revision=item.revision,
        value=public(item.kind, item.value),
        generated=generated or UNSET,
        warnings=warnings,
    )


def _etag(item: Item) -> dict[str, str]:
    return {"ETag": f'"{item.revision}"'}
