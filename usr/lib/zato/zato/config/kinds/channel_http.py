"""Plain HTTP channels: a raw body in, any content type out."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from zato.config.kinds.base import Claim, Group, Kind, Reference
from zato.config.kinds.channel import ALL_METHODS, Active, MaxBodyBytes, Methods, Path, Security, ServiceName
from zato.config.kinds.cors import (
    CORS_FIELDS,
    MAX_AGE_SECONDS,
    USUAL_HEADERS,
    CorsCredentials,
    CorsExposeHeaders,
    CorsHeaders,
    CorsMaxAgeSeconds,
    CorsOrigins,
    cors_findings,
)
from zato.config.kinds.http_field import media_type_findings
from zato.config.kinds.limits import LIMIT_FIELDS, PERIOD_SECONDS, ConcurrentMax, RequestsMax, RequestsPeriodSeconds
from zato.config.kinds.route import method_findings, path_findings, route_claims
from zato.config.kinds.security import SECURITY_KINDS, security_findings


class ChannelHttp(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One plain HTTP channel."""

    service: ServiceName
    path: Path
    methods: Methods = ALL_METHODS
    security: Security = ()
    max_body_bytes: MaxBodyBytes = None
    active: Active = True
    content_type: Annotated[
        str, Meta(min_length=3, max_length=200, description="Content type of responses, unless the service sets one.")
    ] = "text/plain; charset=utf-8"
    requests_max: RequestsMax = None
    requests_period_seconds: RequestsPeriodSeconds = PERIOD_SECONDS
    concurrent_max: ConcurrentMax = None
    cors_origins: CorsOrigins = ()
    cors_headers: CorsHeaders = USUAL_HEADERS
    cors_expose_headers: CorsExposeHeaders = ()
    cors_credentials: CorsCredentials = False
    cors_max_age_seconds: CorsMaxAgeSeconds = MAX_AGE_SECONDS


def _validate(name: str, value: ChannelHttp) -> list[str]:
    return [
        *path_findings(value.path),
        *method_findings(value.methods),
        *security_findings(value.security),
        *media_type_findings("content_type", value.content_type),
        *cors_findings(value),
    ]


def _unique(name: str, value: ChannelHttp) -> tuple[Claim, ...]:
    return route_claims(value.path, value.methods, active=value.active)


CHANNEL_HTTP = Kind(
    name="channel-http",
    struct=ChannelHttp,
    title="Plain HTTP channel",
    plural="Plain HTTP channels",
    group=Group.CHANNELS,
    summary="Exposes a service that reads the raw body of a request and answers with any content type.",
    service_fields=("service",),
    example_name="orders.upload",
    example={"service": "orders.import-csv", "path": "/orders/upload", "methods": ["POST"], "content_type": "text/csv"},
    references=(Reference("security", SECURITY_KINDS, many=True),),
    added_fields=(*LIMIT_FIELDS, *CORS_FIELDS, "max_body_bytes"),
    validate=_validate,
    unique=_unique,
)
