"""What all channels over HTTP have: their fields, what is wrong with them, and the routes that no other may have."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from zato.config.kinds.cors import (
    CORS_FIELDS,
    MAX_AGE_SECONDS,
    USUAL_HEADERS,
    CorsCredentials,
    CorsExposeHeaders,
    CorsHeaders,
    CorsMaxAgeSeconds,
    CorsOrigins,
    cors_errors,
)
from zato.config.kinds.kind import UniqueKey
from zato.config.kinds.limits import LIMIT_FIELDS, PERIOD_SECONDS, ConcurrentMax, RequestsMax, RequestsPeriodSeconds
from zato.config.kinds.route import method_errors, path_errors, route_unique_keys
from zato.config.kinds.security import security_errors

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
ALL_METHODS: tuple[Method, ...] = ("GET", "POST", "PUT", "PATCH", "DELETE")
ADDED_FIELDS = (*LIMIT_FIELDS, *CORS_FIELDS, "max_body_bytes")


class HttpChannel(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base of the kinds of channels over HTTP."""

    service: Annotated[
        str, Meta(min_length=1, max_length=200, description="Name of the service that handles the requests.")
    ]
    path: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=500,
            description="Path of the channel. A segment in braces, such as `{id}`, is a parameter. "
            "Paths under `/zato/` are Zato's own.",
        ),
    ]
    methods: Annotated[
        tuple[Method, ...], Meta(min_length=1, description="HTTP methods that the channel accepts; with GET, HEAD too.")
    ] = ALL_METHODS
    security: Annotated[
        tuple[str, ...],
        Meta(
            max_length=100,
            description="Names of security definitions; any one of them lets a client in. "
            "Empty: the channel is open to all.",
        ),
    ] = ()
    max_body_bytes: Annotated[
        Annotated[int, Meta(ge=1024)] | None,
        Meta(
            description="Largest body of a request, `max_body_bytes` of the server at most. Unless set, that, and for "
            "REST channels `max_json_bytes` of the server.",
        ),
    ] = None
    active: Annotated[bool, Meta(description="An inactive channel answers as if it did not exist.")] = True
    requests_max: RequestsMax = None
    requests_period_seconds: RequestsPeriodSeconds = PERIOD_SECONDS
    concurrent_max: ConcurrentMax = None
    cors_origins: CorsOrigins = ()
    cors_headers: CorsHeaders = USUAL_HEADERS
    cors_expose_headers: CorsExposeHeaders = ()
    cors_credentials: CorsCredentials = False
    cors_max_age_seconds: CorsMaxAgeSeconds = MAX_AGE_SECONDS


def channel_errors(name: str, value: HttpChannel) -> list[str]:
    """What is wrong with the fields that all of them have."""
    return [
        *path_errors(value.path),
        *method_errors(value.methods),
        *security_errors(value.security),
        *cors_errors(value),
    ]


def channel_unique_keys(name: str, value: HttpChannel) -> tuple[UniqueKey, ...]:
    """The routes of a channel, which no other may have; none while it is inactive."""
    return route_unique_keys(value.path, value.methods, active=value.active)
