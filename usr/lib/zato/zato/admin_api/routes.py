"""The table of all operations, and how they get into the application."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

import falcon
import msgspec

from zato.admin_api.openapi import document
from zato.admin_api.resource import AdminResource, AdminShell
from zato.admin_api.route import Answer, Call, Route
from zato.core.principal import Right

OPENAPI = "/zato/api/openapi.json"


class Operations(Protocol):
    """A group of operations about one subject, made with what they work with."""

    def routes(self) -> tuple[Route, ...]:
        """The routes, for the table of all."""
        ...


def table_of(
    groups: Iterable[Operations], *, version: str, channels: Callable[[str], Mapping[str, Any]]
) -> tuple[Route, ...]:
    """All operations of the admin API, and the one that describes them beside the users' `channels`."""

    def describe(call: Call) -> Answer:
        return Answer(msgspec.json.encode(document(table, version, channels(version))))

    table = (
        *(route for group in groups for route in group.routes()),
        Route("GET", OPENAPI, "openapi", "This document", describe, Right.READ, "application/json"),
    )
    return table


def add_routes(app: falcon.App[Any, Any], table: Iterable[Route], shell: AdminShell) -> None:
    """Add the admin API to the application, whose errors `serving.http.errors` has to answer."""
    by_path: dict[str, list[Route]] = {}
    for route in table:
        by_path.setdefault(route.path, []).append(route)
    for path, there in by_path.items():
        app.add_route(path, AdminResource(there, shell))
