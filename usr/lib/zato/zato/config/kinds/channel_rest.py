"""REST channels: method, path and parameters in, JSON in and out."""

from __future__ import annotations

from msgspec import Struct

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
from zato.config.kinds.limits import LIMIT_FIELDS, PERIOD_SECONDS, ConcurrentMax, RequestsMax, RequestsPeriodSeconds
from zato.config.kinds.route import method_findings, path_findings, route_claims
from zato.config.kinds.security import SECURITY_KINDS, security_findings


class ChannelRest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One REST channel."""

    service: ServiceName
    path: Path
    methods: Methods = ALL_METHODS
    security: Security = ()
    max_body_bytes: MaxBodyBytes = None
    active: Active = True
    requests_max: RequestsMax = None
    requests_period_seconds: RequestsPeriodSeconds = PERIOD_SECONDS
    concurrent_max: ConcurrentMax = None
    cors_origins: CorsOrigins = ()
    cors_headers: CorsHeaders = USUAL_HEADERS
    cors_expose_headers: CorsExposeHeaders = ()
    cors_credentials: CorsCredentials = False
    cors_max_age_seconds: CorsMaxAgeSeconds = MAX_AGE_SECONDS


def _validate(name: str, value: ChannelRest) -> list[str]:
    return [
        *path_findings(value.path),
        *method_findings(value.methods),
        *security_findings(value.security),
        *cors_findings(value),
    ]


def _unique(name: str, value: ChannelRest) -> tuple[Claim, ...]:
    return route_claims(value.path, value.methods, active=value.active)


CHANNEL_REST = Kind(
    name="channel-rest",
    struct=ChannelRest,
    title="REST channel",
    plural="REST channels",
    group=Group.CHANNELS,
    summary="Exposes a service under a path: path parameters, query and JSON in, JSON out.",
    service_fields=("service",),
    example_name="customers.get",
    example={"service": "crm.get-customer", "path": "/customers/{id}", "methods": ["GET"], "security": ["crm-clients"]},
    references=(Reference("security", SECURITY_KINDS, many=True),),
    added_fields=(*LIMIT_FIELDS, *CORS_FIELDS, "max_body_bytes"),
    validate=_validate,
    unique=_unique,
)
