"""What the admin API takes and gives, as types; the OpenAPI document is made from these."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from zato.config.bulk import ImportMode
from zato.config.first_administrator import LIFE
from zato.config.kinds.text import ITEM_NAME_PATTERN
from zato.config.placeholders import NAME_PATTERN
from zato.odb.changes import Action
from zato.security.sessions import IDLE, LIFE_MAX
from zato.security.sessions import LIFE as SESSION_LIFE

Revision = Annotated[int, Meta(ge=0, le=2**63 - 1)]
# The pattern is for readers of the document; what it means is said better by config.validation.
ItemName = Annotated[
    str, Meta(max_length=120, description="Name of the item.", extra_json_schema={"pattern": ITEM_NAME_PATTERN})
]
FileName = Annotated[str, Meta(min_length=4, max_length=104, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*\.(py|zip)$")]


Principal = Annotated[str, Meta(min_length=1, max_length=120, description="Name of whoever did it.")]
Cid = Annotated[str, Meta(min_length=1, max_length=128, description="Correlation id of the request that did it.")]
Moment = Annotated[datetime, Meta(tz=True, description="With its time zone.")]
MessageId = Annotated[str, Meta(min_length=32, max_length=32, pattern="^[0-9a-f]{32}$")]


class Taken(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A body or a query: unknown fields are refused."""


class Given(Struct, frozen=True, kw_only=True):
    """An answer."""


class Nothing(Taken, frozen=True):
    """No parameters."""


class ChangeQuery(Taken, frozen=True):
    """Whether it is only asked what a change would do."""

    dry_run: Annotated[
        bool, Meta(description="Check everything and answer with what would change (Preview), and change nothing.")
    ] = False


class NewItem(Taken, frozen=True):
    """An item to be created."""

    name: ItemName
    value: Annotated[dict[str, Any], Meta(description="The fields of the kind.")]


class ChangedItem(Taken, frozen=True):
    """All fields of an item; a secret that is absent or masked stays what it is."""

    value: Annotated[dict[str, Any], Meta(description="The fields of the kind.")]
    revision: Revision | None = None
    """The item's revision that the change started from; If-Match says the same."""


class Back(Taken, frozen=True):
    """Where to roll back to."""

    revision: Revision
    with_security: Annotated[
        bool,
        Meta(
            description="Security definitions as well: passwords, keys, certificates and roles of then are valid again."
        ),
    ] = False


class ItemBack(Back, frozen=True):
    """Where to roll one item back to."""

    started_from: Annotated[
        Revision | None,
        Meta(description="The item's revision that the change started from, 0 where it is not there; as If-Match."),
    ] = None


class Item(Given, frozen=True):
    """An item; its secrets are masked. `generated` has those that were made up, this once."""

    kind: str
    name: str
    revision: int
    value: dict[str, Any]
    generated: dict[str, str] | UnsetType = UNSET
    warnings: list[Finding] | UnsetType = UNSET
    """What it leads to that is not there."""


class Items(Given, frozen=True):
    """Items by name; `next` goes into `after` for those that follow."""

    items: list[Item]
    revision: int
    next: str | None = None


class ItemsQuery(Taken, frozen=True):
    """A page of items."""

    limit: Annotated[int, Meta(ge=1, le=10_000)] = 10_000
    after: Annotated[str, Meta(max_length=120, description="The name that the page before ended with.")] | None = None


class DeleteQuery(ChangeQuery, frozen=True):
    """The revision that the deletion started from; If-Match says the same."""

    revision: Revision | None = None


class PageQuery(Taken, frozen=True):
    """How many, newest first."""

    limit: Annotated[int, Meta(ge=1, le=1000)] = 100


class Deleted(Given, frozen=True):
    """What was deleted, and the revision that did it."""

    kind: str
    name: str
    revision: int
    warnings: list[Finding] | UnsetType = UNSET
    """What is left without it."""


class ChangesQuery(PageQuery, frozen=True):
    """A page of changes, newest first, of those that are asked for."""

    action: Action | None = None
    principal: Principal | None = None
    cid: Cid | None = None
    since: Moment | None = None
    until: Moment | None = None
    before: (
        Annotated[int, Meta(ge=1, le=2**63 - 1, description="The revision that the page before ended with.")] | None
    ) = None


class HistoryQuery(ChangesQuery, frozen=True):
    """Of all items, or of those of a kind, or of a name."""

    kind: Annotated[str, Meta(max_length=40)] | None = None
    name: ItemName | None = None


class Change(Given, frozen=True):
    """One change of an item; `value` is null for a deletion."""

    revision: int
    at: datetime
    kind: str
    name: str
    action: Literal["create", "update", "delete"]
    principal: str
    cid: str
    comment: str | None
    value: dict[str, Any] | None


class History(Given, frozen=True):
    """Changes of an item, newest first; `next` goes into `before` for older ones."""

    kind: str
    name: str
    changes: list[Change]
    next: int | None = None


class Changes(Given, frozen=True):
    """Changes of all items, newest first; `next` goes into `before` for older ones."""

    changes: list[Change]
    next: int | None = None


class DiffQuery(Taken, frozen=True, rename={"from_": "from"}):
    """Two revisions; the second is the latest one unless given."""

    from_: Revision
    to: Revision | None = None
    kind: Annotated[str, Meta(max_length=40)] | None = None
    name: ItemName | None = None


class FieldDiff(Given, frozen=True):
    """A field before and after."""

    field: str
    before: Any
    after: Any


class ItemDiff(Given, frozen=True):
    """An item that differs."""

    kind: str
    name: str
    action: Literal["create", "update", "delete"]
    fields: list[FieldDiff]


class Diff(Given, frozen=True, rename={"from_": "from"}):
    """What differs between two revisions."""

    from_: int
    to: int
    items: list[ItemDiff]


class Preview(Given, frozen=True):
    """What a change would do, where `dry_run` asks for that: nothing was changed.

    `kept` is what a roll-back would leave as it is, as a security definition, though it was otherwise then.
    `revision` is the latest one.
    """

    revision: int
    items: list[ItemDiff]
    kept: list[ItemDiff]
    unused_values: list[str]


class ImportQuery(ChangeQuery, frozen=True):
    """Whether items that the document does not mention stay or are deleted."""

    mode: ImportMode = ImportMode.MERGE


class FilledDocument(Taken, frozen=True):
    """A YAML document with ${NAME} for what each environment has of its own, and the values."""

    document: Annotated[str, Meta(description="As an export with placeholders gives it.")]
    values: Annotated[
        dict[Annotated[str, Meta(pattern=NAME_PATTERN)], str],
        Meta(description="A text for each name; what is in it is never read as YAML."),
    ]


class ExportQuery(Taken, frozen=True):
    """Whether addresses and secrets are left open."""

    placeholders: Annotated[
        bool, Meta(description="Write ${NAME} for addresses and secrets, to be filled in by the import.")
    ] = False


class ItemKey(Given, frozen=True):
    """Which item."""

    kind: str
    name: str


class Summary(Given, frozen=True):
    """What an import or a roll-back changed."""

    revision: int
    created: list[ItemKey]
    updated: list[ItemKey]
    deleted: list[ItemKey]
    unchanged: int
    kept: list[ItemKey]
    unused_values: list[str]
    """Names of values that were given to an import, and that its document has no place for."""
    warnings: list[Finding] | UnsetType = UNSET
    """What leads to something that is not there, since this change."""


class Ping(Given, frozen=True):
    """Whether a connection works, and where not how far it got."""

    ok: bool
    stage: str
    message: str
    ms: float


class DeploymentsQuery(PageQuery, frozen=True):
    """Of all files, or of one."""

    file_name: FileName | None = None


class Report(Given, frozen=True):
    """Whether a worker could load a deployment."""

    worker: str
    ok: bool
    reason: str | None
    at: datetime


class Deployment(Given, frozen=True):
    """One version of a file of services."""

    id: int
    file_name: str
    module: str
    form: str
    sha256: str
    size_bytes: int
    author: str
    cid: str
    created: datetime
    state: Literal["checking", "staged", "active", "rejected", "superseded"]
    reason: str | None
    reason_file: str | None
    reason_line: int | None
    services: list[str]
    revision: int | None
    reports: list[Report] | UnsetType = UNSET
    """Whether each worker could load it, where it was staged by itself."""
    expected: list[str] | UnsetType = UNSET
    """The workers that are to serve it: those that live."""
    serving: list[str] | UnsetType = UNSET
    """Those of them that do."""
    warnings: list[Finding] | UnsetType = UNSET
    """What it uses that is not there, and what is left without what it had before."""


class Deployments(Given, frozen=True):
    """Deployments, newest first."""

    deployments: list[Deployment]


class Undeployed(Given, frozen=True):
    """A file whose services are no longer there."""

    file_name: str
    revision: int | None
    warnings: list[Finding] | UnsetType = UNSET
    """What is left without its services."""


class Service(Given, frozen=True):
    """A service that can be invoked."""

    name: str
    module: str
    file_name: str
    deployment_id: int
    implementation: str
    active: bool
    time_limit_seconds: float | None
    channels: list[str]


class Services(Given, frozen=True):
    """Services by name, of the configuration at a revision."""

    services: list[Service]
    revision: int


class AuditQuery(PageQuery, frozen=True):
    """A page of the audit log, of what is asked for."""

    principal: Principal | None = None
    action: Annotated[str, Meta(min_length=1, max_length=60, description="Such as `update` or `deploy`.")] | None = None
    subject: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=255,
                description="What it was done to, such as `channel-rest:hello`; `channel-rest:*` asks for a beginning.",
            ),
        ]
        | None
    ) = None
    outcome: Annotated[str, Meta(min_length=1, max_length=60, description="`ok`, or an error's code.")] | None = None
    cid: Cid | None = None
    address: Annotated[str, Meta(min_length=1, max_length=64, description="The client's address.")] | None = None
    since: Moment | None = None
    until: Moment | None = None
    before: Annotated[int, Meta(ge=1, le=2**63 - 1, description="The id that the page before ended with.")] | None = (
        None
    )


class AuditExportQuery(AuditQuery, frozen=True):
    """The same, in larger pages."""

    limit: Annotated[int, Meta(ge=1, le=10_000)] = 10_000


class AuditEntry(Given, frozen=True):
    """Who did what, when, and what came of it."""

    id: int | None
    at: datetime
    principal: str
    cid: str
    action: str
    subject: str
    outcome: str
    revision: int | None
    detail: str | None
    address: str | None
    """The client's; null where it was a process of Zato's."""
    through: str | None
    """By what means it was known who that is, and of a session what had opened it, such as `session console`."""


class Audit(Given, frozen=True):
    """Entries of the audit log, newest first; `next` goes into `before` for older ones."""

    entries: list[AuditEntry]
    next: int | None = None


class NewSession(Taken, frozen=True):
    """A session of whoever's user name and password the request has."""

    client: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=60,
            pattern=r"^[A-Za-z0-9 ._:@-]+\Z",
            description="What opens it, such as `console`; lists and the audit log show it.",
        ),
    ]
    seconds: Annotated[int, Meta(ge=60, le=int(LIFE_MAX.total_seconds()), description="It ends after that.")] = int(
        SESSION_LIFE.total_seconds()
    )
    idle_seconds: Annotated[
        int, Meta(ge=60, le=int(LIFE_MAX.total_seconds()), description="It ends when it was not used for that long.")
    ] = int(IDLE.total_seconds())


class Session(Given, frozen=True):
    """Somebody who is known for a while; `current` is the session that asks."""

    id: str
    principal: str
    roles: list[str]
    created: datetime
    expires: datetime
    idle_seconds: int
    used: datetime
    client: str
    address: str | None
    current: bool


class OpenedSession(Given, frozen=True):
    """A session, and its token, which is shown this once."""

    token: str
    session: Session


class SessionsQuery(Taken, frozen=True):
    """Whose: one's own unless somebody is named, or everybody's are asked for."""

    principal: Principal | None = None
    everybodys: bool = False


class Sessions(Given, frozen=True):
    """Sessions that can be used, the ones used last first."""

    sessions: list[Session]


class EndedSession(Given, frozen=True):
    """A session that can be used no more."""

    id: str


class KindRights(Given, frozen=True):
    """What somebody may do with items of a kind."""

    read: bool
    change: bool


class WhoAmI(Given, frozen=True):
    """Who is asking."""

    name: str
    authentication: str
    roles: list[str]
    rights: list[str]
    """What the roles allow: `read`, `operate`, `deploy` and so on."""
    kinds: dict[str, KindRights]
    """What they allow with items of each kind."""
    cid: str


class ServerUse(Given, frozen=True):
    """Whether the balancer leaves a server out, and the revision that says so."""

    number: int
    draining: bool
    revision: int


class TokenLife(Taken, frozen=True):
    """For how long the token can be used."""

    seconds: Annotated[int, Meta(ge=1, le=7 * 86400)] = int(LIFE.total_seconds())


class FirstToken(Given, frozen=True):
    """A token that is shown this once, and works once."""

    token: str
    expires: datetime


class FirstAdministrator(Taken, frozen=True):
    """Who holds the token becomes an administrator, with HTTP Basic credentials of their choice."""

    token: Annotated[str, Meta(max_length=200)]
    name: Annotated[ItemName, Meta(description="Name of the security definition, and the user name.")]
    password: Annotated[str, Meta(max_length=200, description="From 8 characters to 72 bytes.")]


class Worker(Given, frozen=True):
    """A process that executes services; `deployments` are the versions of files, by name, that it serves by now.

    `alive`: it was heard of within three seconds, and has not ended as far as the server that answers knows.
    """

    worker: str
    started: datetime
    beat: datetime
    beat_age_seconds: float
    applied_revision: int
    deployments: dict[str, int]
    alive: bool


class Server(Given, frozen=True):
    """A server and its workers."""

    number: int
    host: str
    """Its machine's own name."""
    address: str | None
    """At which the balancer reaches it, by its item."""
    mode: Literal["ready", "drain", "maint"]
    """What the balancer is to do with it."""
    weight: int | None
    expected_revision: int
    """That its workers are to apply."""
    version: str
    registered: datetime
    workers: list[Worker]


class Odb(Given, frozen=True):
    """Whether the operational database answers, and the last revision in it."""

    ok: bool
    revision: int | None
    message: str | None = None


class WhichMessages(Taken, frozen=True):
    """Some dead letters, or all of them."""

    ids: (
        Annotated[list[MessageId], Meta(min_length=1, max_length=1000, description="Null for all dead letters.")] | None
    )


class MessageCount(Given, frozen=True):
    """How many messages it was done to."""

    count: int


class SentMessage(Given, frozen=True):
    """A message that is safe, and will be delivered to its service."""

    message_id: str
    service: str
    cid: str


class DeadLetter(Given, frozen=True):
    """A message that is not delivered any more; `reason` is the last failure's."""

    id: str
    service: str
    payload_bytes: int
    cid: str
    principal: str
    sent: datetime
    died: datetime
    attempts: int
    reason: str


class DeadLetters(Given, frozen=True):
    """Dead letters, newest first."""

    messages: list[DeadLetter]


class Messages(Given, frozen=True):
    """Asynchronous invocations that wait to be processed, those being processed included, and dead letters."""

    waiting: int
    dead: int


class Held(Given, frozen=True):
    """What goes out waits, since then, until somebody releases it."""

    since: datetime
    reason: str


class HeldMessage(Given, frozen=True):
    """A message that waits; `begun` says that it was given to a service before, which may have processed it."""

    id: str
    service: str
    cid: str
    sent: datetime
    principal: str
    begun: bool
    payload_bytes: int


class HeldMessages(Given, frozen=True):
    """The oldest first."""

    messages: list[HeldMessage]


class KeptFigure(Given, frozen=True):
    """What the ODB keeps for so many days, 0 for ever; null where another machine of the cluster says how many."""

    what: str
    rows: int
    oldest: datetime | None
    days: int | None


class Released(Given, frozen=True):
    """Whether that was changed by this, and how many messages wait; null while whoever keeps them is away."""

    changed: bool
    messages: int | None


class HoldReason(Taken, frozen=True):
    """Why, for whoever asks for the status."""

    reason: Annotated[str, Meta(min_length=1, max_length=500)] = "held by an operator"


class Finding(Given, frozen=True):
    """One thing that is not well, and where: the field of what was sent, the line of a file, an item, a server."""

    message: str
    code: str
    field: str | None = None
    file: str | None = None
    line: int | None = None
    subject: str | None = None


class Status(Given, frozen=True):
    """The state of the cluster; `findings` has everything that is not well, `problems` the sentences of it."""

    ok: bool
    problems: list[str]
    findings: list[Finding]
    version: str
    broker: str
    """The embedded one, or where RabbitMQ is."""
    messages: Messages | None
    """Null while whoever keeps them is away."""
    odb: Odb
    applied_revision: int
    servers: list[Server]
    deployments_in_progress: list[Deployment]
    broker_problem: str | None = None
    """Why the worker that answers has no connection to it."""
    kept: list[KeptFigure] = []
    """As of the last minute; empty while the ODB is away."""
    odb_bytes: int | None = None
    """Bytes that the tables of the ODB take, where its database tells them."""
    held: Held | None = None
    """Since when what goes out is held."""
    first_token_expires: datetime | None = None
    """Until when somebody can still become the first administrator by a one-time token."""


class ErrorText(Given, frozen=True):
    """What went wrong. HAProxy and lighttpd, which refuse what is not valid HTTP, have no details."""

    code: str
    message: str
    cid: str
    details: list[str] = []
    findings: list[Finding] | UnsetType = UNSET
    """What is wrong as fields, where the details are known as such."""


class Error(Given, frozen=True):
    """The body of every answer from status 400."""

    error: ErrorText
