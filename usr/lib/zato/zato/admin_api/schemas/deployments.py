"""Requests and responses about deployments."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from zato.admin_api.schemas.values import ChangeQuery, FileName, Finding, PageQuery, RequestSchema, ResponseSchema


class DeploymentsQuery(PageQuery, frozen=True):
    """Deployments of all files, or of one."""

    file_name: FileName | None = None


class Report(ResponseSchema, frozen=True):
    """Whether a worker could load a deployment."""

    worker: str
    ok: bool
    reason: str | None
    at: datetime


class Deployment(ResponseSchema, frozen=True):
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
    """Those of the workers that serve it."""
    warnings: list[Finding] | UnsetType = UNSET
    """What it uses that is not there, and what is left without what it had before."""


class Deployments(ResponseSchema, frozen=True):
    """Deployments, newest first."""

    deployments: list[Deployment]


class Undeployed(ResponseSchema, frozen=True):
    """A file whose services are no longer there."""

    file_name: str
    revision: int | None
    warnings: list[Finding] | UnsetType = UNSET
    """What is left without its services."""


class DeployQuery(ChangeQuery, frozen=True, kw_only=True):
    """What the body is, and what to do with it."""

    file_name: FileName
    wait: Annotated[
        bool,
        Meta(description="Answer once it is active everywhere or refused; otherwise at once, with what it is then."),
    ] = True


class NewFile(RequestSchema, frozen=True):
    """A file; its content in base64."""

    file_name: FileName
    source: bytes


class NewFiles(RequestSchema, frozen=True):
    """Files that are deployed together."""

    files: Annotated[list[NewFile], Meta(min_length=1, max_length=100)]


class NamedFiles(RequestSchema, frozen=True):
    """Files that are withdrawn together."""

    file_names: Annotated[list[FileName], Meta(min_length=1, max_length=100)]


class UndeployedTogether(ResponseSchema, frozen=True):
    """Files whose services are no longer there."""

    file_names: list[str]
    revision: int
    warnings: list[Finding] | UnsetType = UNSET
    """What is left without their services."""


class SourceQuery(RequestSchema, frozen=True):
    """One of the files in a zip; the deployed file itself unless given."""

    path: Annotated[str, Meta(min_length=1, max_length=1000)] | None = None


class SourceFile(ResponseSchema, frozen=True):
    """A file that was deployed, or is in one that was. `is_text` where it can be shown as it is."""

    path: str
    size_bytes: int
    is_text: bool


class SourceFiles(ResponseSchema, frozen=True):
    """The files that a deployment consists of, by path."""

    file_name: str
    files: list[SourceFile]
