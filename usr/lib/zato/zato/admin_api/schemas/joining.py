"""Tokens by which machines join, and those that have, as an administrator sees them."""

from __future__ import annotations

from datetime import datetime

from zato.admin_api.schemas.values import ResponseSchema


class JoiningToken(ResponseSchema, frozen=True):
    """A token that nobody has used. The token itself is shown where it is made, once."""

    id: str
    server: int
    replaces: bool
    created: datetime
    expires: datetime


class JoinedServer(ResponseSchema, frozen=True):
    """A server on a machine of its own; `member` where a certificate of it is valid."""

    server: int
    hosts: list[str]
    member: bool


class Joining(ResponseSchema, frozen=True):
    """What the machine with the cluster's CA knows of joining."""

    tokens: list[JoiningToken]
    servers: list[JoinedServer]
