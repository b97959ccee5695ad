"""API keys, sent in a header and verified in the server."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from zato.config.kinds.http_field import header_value_errors, incoming_header_errors
from zato.config.kinds.kind import Binding, Group, Kind, UniqueKey
from zato.config.kinds.limits import LIMIT_FIELDS, PERIOD_SECONDS, ConcurrentMax, RequestsMax, RequestsPeriodSeconds
from zato.config.kinds.security import Active, Expires, Roles, definition_errors, definition_unique_key


class SecurityApiKey(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One API key; in what is stored, `key` is encrypted."""

    header: Annotated[str, Meta(min_length=1, max_length=100, description="Header that carries the key.")] = "X-API-Key"
    key: Annotated[
        str,
        Meta(
            min_length=16,
            description="The key, 16 characters at least; unique in the cluster. "
            "Generated, and shown once, where a new definition has none.",
        ),
    ]
    roles: Roles = ()
    active: Active = True
    expires: Expires = None
    requests_max: RequestsMax = None
    requests_period_seconds: RequestsPeriodSeconds = PERIOD_SECONDS
    concurrent_max: ConcurrentMax = None


def _validate(name: str, value: SecurityApiKey) -> list[str]:
    return [
        *definition_errors(name, value.roles),
        *incoming_header_errors("header", value.header),
        *header_value_errors("key", value.key),
    ]


def _unique_keys(name: str, value: SecurityApiKey) -> tuple[UniqueKey, ...]:
    return (definition_unique_key(name),)


SECURITY_API_KEY = Kind(
    name="security-api-key",
    struct=SecurityApiKey,
    title="API key",
    plural="API keys",
    group=Group.SECURITY,
    summary="A secret that a client sends in a header. Channels refer to the definition by its name.",
    example_name="web-shop",
    example={"header": "X-API-Key", "roles": []},
    secret_fields=("key",),
    bindings={"key": (Binding("header", "says in which header it is sent"),)},
    harmless_fields=("roles", "active", "expires", *LIMIT_FIELDS),
    lets_in=True,
    short_name="api-key",
    scheme=lambda value: {"type": "apiKey", "in": "header", "name": value.header},
    generated_fields=("key",),
    distinct_fields=("key",),
    added_fields=LIMIT_FIELDS,
    validate=_validate,
    unique_keys=_unique_keys,
)
