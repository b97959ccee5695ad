"""The response with the state of the cluster."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import field

from zato.admin_api.schemas.deployments import Deployment
from zato.admin_api.schemas.values import Finding, ResponseSchema


class ServerUse(ResponseSchema, frozen=True):
    """Whether the balancer leaves a server out, and the revision that says so."""

    number: int
    draining: bool
    revision: int


class Worker(ResponseSchema, frozen=True):
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
    in_flight: int | None
    """Requests that it has and has not answered, a second ago at most; null where an earlier release runs."""
    memory_bytes: int | None


class Server(ResponseSchema, frozen=True):
    """A server and its workers."""

    number: int
    host: str
    """Its machine's own name."""
    address: str | None
    """The address by which the balancer reaches it, as its item says."""
    mode: Literal["ready", "drain", "maint"]
    """What the balancer is to do with it."""
    weight: int | None
    expected_revision: int
    """The revision that its workers are to apply."""
    version: str
    registered: datetime
    in_flight: int | None
    """Of all its workers that are alive."""
    memory_bytes: int | None
    workers: list[Worker]


class Odb(ResponseSchema, frozen=True):
    """Whether the operational database answers, and the last revision in it."""

    ok: bool
    revision: int | None
    message: str | None = None


class Messages(ResponseSchema, frozen=True):
    """Asynchronous invocations that wait to be processed, those being processed included, and dead letters."""

    waiting: int
    dead: int


class Held(ResponseSchema, frozen=True):
    """What goes out waits, since then, until somebody releases it."""

    since: datetime
    reason: str


class KeptFigure(ResponseSchema, frozen=True):
    """What the ODB keeps for so many days, 0 for ever; null where another machine of the cluster says how many."""

    what: str
    rows: int
    oldest: datetime | None
    days: int | None


class KeptWheels(ResponseSchema, frozen=True):
    """Wheels that were uploaded, and the bytes that all of them have and may have together."""

    files: int
    size_bytes: int
    size_bytes_max: int


class Status(ResponseSchema, frozen=True):
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
    kept: list[KeptFigure] = field(default_factory=list)
    """As of the last minute; empty while the ODB is away, or is counted for the first time."""
    odb_bytes: int | None = None
    """Bytes that the tables of the ODB take, where its database tells them."""
    wheels: KeptWheels | None = None
    """As of the last minute; null while the ODB is away, or is counted for the first time."""
    held: Held | None = None
    """Since when what goes out is held."""
    first_token_expires: datetime | None = None
    """Until when somebody can still become the first administrator by a one-time token."""
