"""Requests and responses about wheels."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from zato.admin_api.schemas.values import RequestSchema, ResponseSchema


class WheelQuery(RequestSchema, frozen=True):
    """What the file was before it was sent."""

    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$", description="SHA-256 of the file, in hexadecimal.")]


class Wheel(ResponseSchema, frozen=True):
    """A wheel that pip finds on each machine."""

    file_name: str
    sha256: str
    size_bytes: int
    author: str
    created: datetime


class AllWheels(ResponseSchema, frozen=True):
    """All of them, by name."""

    wheels: list[Wheel]


class DiscardedWheel(ResponseSchema, frozen=True):
    """A wheel that is gone."""

    file_name: str
