"""Requests and responses about packages for services."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from zato.admin_api.schemas.values import RequestSchema, ResponseSchema, Revision


class NewPackages(RequestSchema, frozen=True):
    """Packages that all servers are to have; those of before that are not among them go."""

    requirements: Annotated[str, Meta(max_length=100_000, description="As in a requirements.txt.")]
    require_hashes: bool = False
    allow_source: bool = False
    revision: Revision | None = None
    """Revision of the declaration that the change started from, 0 where there was none."""


class ServerPackages(ResponseSchema, frozen=True):
    """A server; `installed` is null while it has not said anything of what is declared now."""

    number: int
    installed: bool | None
    reason: str | None
    python: str | None
    at: datetime | None


class DeclaredPackages(ResponseSchema, frozen=True):
    """What is declared, the exact versions, and what each server says of it."""

    revision: int
    requirements: str
    resolved: list[str]
    require_hashes: bool
    allow_source: bool
    servers: list[ServerPackages]
