"""What the operations on deployments take and give, beside the deployment itself."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from zato.server.http.admin.shapes import ChangeQuery, FileName, Finding, Given, Taken


class DeployQuery(ChangeQuery, frozen=True, kw_only=True):
    """What the body is, and what to do with it."""

    file_name: FileName
    wait: Annotated[
        bool,
        Meta(description="Answer once it is active everywhere or refused; otherwise at once, with what it is then."),
    ] = True


class NewFile(Taken, frozen=True):
    """A file; its content in base64."""

    file_name: FileName
    source: bytes


class NewFiles(Taken, frozen=True):
    """Files that are deployed together."""

    files: Annotated[list[NewFile], Meta(min_length=1, max_length=100)]


class NamedFiles(Taken, frozen=True):
    """Files that are withdrawn together."""

    file_names: Annotated[list[FileName], Meta(min_length=1, max_length=100)]


class UndeployedTogether(Given, frozen=True):
    """Files whose services are no longer there."""

    file_names: list[str]
    revision: int
    warnings: list[Finding] | UnsetType = UNSET
    """What is left without their services."""


class SourceQuery(Taken, frozen=True):
    """One of the files in a zip; the deployed file itself unless given."""

    path: Annotated[str, Meta(min_length=1, max_length=1000)] | None = None


class SourceFile(Given, frozen=True):
    """A file that was deployed, or is in one that was. `is_text` where it can be shown as it is."""

    path: str
    size_bytes: int
    is_text: bool


class SourceFiles(Given, frozen=True):
    """The files that a deployment consists of, by path."""

    file_name: str
    files: list[SourceFile]
