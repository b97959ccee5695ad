"""Requests and responses about services."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta

from zato.admin_api.schemas.values import RequestSchema, ResponseSchema
from zato.logbook.line import Line


class Service(ResponseSchema, frozen=True):
    """A service that can be invoked."""

    name: str
    module: str
    file_name: str
    deployment_id: int
    implementation: str
    active: bool
    time_limit_seconds: float | None
    channels: list[str]


class Services(ResponseSchema, frozen=True):
    """Services by name, of the configuration at a revision."""

    services: list[Service]
    revision: int


Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]


class InvokeQuery(RequestSchema, frozen=True):
    """The request that the service sees, where it is to see one; without any of these it is invoked as by another."""

    method: Method | None = None
    path: Annotated[str, Meta(max_length=2000, pattern="^/")] = "/"
    query: Annotated[str, Meta(max_length=10_000, description="A query string: a=1&b=2.")] | None = None
    headers: Annotated[str, Meta(max_length=10_000, description="A JSON object of texts.")] | None = None
    path_params: Annotated[str, Meta(max_length=10_000, description="A JSON object of texts.")] | None = None


class ServiceChannel(ResponseSchema, frozen=True):
    """Where a service is reached from outside; `security` is empty where anybody may."""

    kind: str
    name: str
    path: str
    methods: list[str]
    security: list[str]
    active: bool


class ServiceDetails(ResponseSchema, frozen=True):
    """A service in full. `input` and `output` are JSON Schema 2020-12, null where it declares none.

    `line` is where its class begins in its file, `methods` those that it has a handler of its own for.
    """

    service: Service
    documentation: str | None
    line: int | None
    methods: list[str]
    input: dict[str, Any] | None
    output: dict[str, Any] | None
    channels: list[ServiceChannel]
    revision: int


class ErrorsQuery(RequestSchema, frozen=True):
    """How many at most."""

    limit: Annotated[int, Meta(ge=1, le=100)] = 10


class ServiceErrors(ResponseSchema, frozen=True):
    """What the log of the machine that answers has of a service's failures, oldest first."""

    service: str
    host: str
    errors: list[Line]
