"""Outgoing REST and HTTP connections."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta, Struct

from zato.config.kinds.address import http_errors, request_path_errors
from zato.config.kinds.http_field import header_name_errors, header_value_errors
from zato.config.kinds.kind import Binding, Group, Kind, ShownWhen
from zato.config.kinds.pem import certificate_errors, key_pair_errors
from zato.core.principal import Right


class OutgoingSecurity(StrEnum):
    """How Zato authenticates itself to the other system."""

    NONE = "none"
    BASIC = "basic"
    API_KEY = "api-key"
    BEARER = "bearer"
    CERTIFICATE = "certificate"


class OutgoingRest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One outgoing connection; in what is stored, `password`, `secret` and `client_key` are encrypted."""

    address: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=1000,
            description="Where the other system is, such as `https://crm.example.com/api`.",
        ),
    ]
    security: Annotated[
        OutgoingSecurity, Meta(description="How Zato authenticates itself; the fields it needs are named after each.")
    ] = OutgoingSecurity.NONE
    username: Annotated[
        Annotated[str, Meta(min_length=1, max_length=200)] | None, Meta(description="User name, for `basic`.")
    ] = None
    password: Annotated[str | None, Meta(description="Password, for `basic`.")] = None
    secret: Annotated[
        Annotated[str, Meta(min_length=1)] | None, Meta(description="The key for `api-key`, the token for `bearer`.")
    ] = None
    header: Annotated[str, Meta(min_length=1, max_length=100, description="Header of the key, for `api-key`.")] = (
        "X-API-Key"
    )
    ca_certificate: Annotated[
        Annotated[str, Meta(max_length=100_000)] | None,
        Meta(
            description="Authorities (PEM) that the other system's certificate is checked against, "
            "instead of the machine's own.",
        ),
    ] = None
    strict_certificates: Annotated[
        bool,
        Meta(
            description="Whether a certificate, or an authority, that breaks a rule of RFC 5280 is refused. Many "
            "companies' own do: an authority without key usage, for instance."
        ),
    ] = False
    client_certificate: Annotated[
        Annotated[str, Meta(max_length=100_000)] | None,
        Meta(description="Zato's certificate and its chain (PEM), for `certificate`."),
    ] = None
    client_key: Annotated[
        str | None,
        Meta(description="Private key (PEM, not encrypted) of the certificate, for `certificate`."),
    ] = None
    timeout_seconds: Annotated[
        float, Meta(gt=0, le=3600, description="Limit for a whole call: connecting, what is repeated, the answer.")
    ] = 10.0
    pool_size: Annotated[int, Meta(ge=1, le=1000, description="Connections kept open by each worker.")] = 10
    retries: Annotated[
        int,
        Meta(
            ge=0,
            le=10,
            description="How often a call is repeated where that is safe: nothing was sent, "
            "or the method is idempotent.",
        ),
    ] = 2
    ping_path: Annotated[
        str, Meta(min_length=1, max_length=500, description="Path that a ping asks for, after the address.")
    ] = "/"
    ping_method: Annotated[Literal["HEAD", "GET", "OPTIONS"], Meta(description="Method that a ping uses.")] = "HEAD"


_NEEDED: dict[OutgoingSecurity, tuple[str, ...]] = {
    OutgoingSecurity.NONE: (),
    OutgoingSecurity.BASIC: ("username", "password"),
    OutgoingSecurity.API_KEY: ("secret",),
    OutgoingSecurity.BEARER: ("secret",),
    OutgoingSecurity.CERTIFICATE: ("client_certificate", "client_key"),
}


def _validate(name: str, value: OutgoingRest) -> list[str]:
    errors = [
        *http_errors("address", value.address),
        *request_path_errors("ping_path", value.ping_path),
        *header_name_errors("header", value.header),
        *(
            f"{field}: it is needed for the security '{value.security}'"
            for field in _NEEDED[value.security]
            if getattr(value, field) is None
        ),
    ]
    if value.username is not None and ":" in value.username:
        errors.append("username: it must not have a colon, which ends the user name in HTTP Basic")
    if value.secret is not None:
        errors.extend(header_value_errors("secret", value.secret))
    if value.ca_certificate is not None:
        errors.extend(certificate_errors("ca_certificate", value.ca_certificate))
    if value.client_certificate is not None and value.client_key is not None:
        errors.extend(key_pair_errors("client_certificate", value.client_certificate, "client_key", value.client_key))
    elif value.client_certificate is not None:
        errors.extend(certificate_errors("client_certificate", value.client_certificate))
        errors.append("client_key: it is needed beside client_certificate")
    elif value.client_key is not None:
        errors.append("client_certificate: it is needed beside client_key")
    if value.security is OutgoingSecurity.CERTIFICATE and not value.address.startswith("https://"):
        errors.append("address: a client certificate needs https://")
    return list(dict.fromkeys(errors))


_BINDINGS = (
    Binding("address", "says to whom it is sent"),
    Binding("security", "says how it is sent"),
    Binding("username", "says whose it is"),
    Binding("header", "says in which header it is sent"),
    Binding("ca_certificate", "says whom to believe to be the other system"),
    Binding("strict_certificates", "says how the other system is verified"),
    Binding("client_certificate", "says as whom it is used"),
    Binding("ping_path", "says where on the other system a ping sends it"),
)

OUTGOING_REST = Kind(
    name="outgoing-rest",
    struct=OutgoingRest,
    title="Outgoing REST or HTTP",
    plural="Outgoing REST and HTTP",
    group=Group.OUTGOING,
    right=Right.OPERATE,
    summary="A pooled connection to another system over HTTP; its certificate is always verified.",
    example_name="CRM",
    example={
        "address": "https://crm.example.com/api",
        "security": "basic",
        "username": "zato",
        "password": "a long password",
        "ping_path": "/status",
    },
    secret_fields=("password", "secret", "client_key"),
    bindings=dict.fromkeys(("password", "secret", "client_key"), _BINDINGS),
    harmless_fields=("timeout_seconds", "pool_size", "retries", "ping_method"),
    pingable=True,
    shown_when={
        field: ShownWhen("security", tuple(way.value for way, needed in _NEEDED.items() if field in needed))
        for field in ("username", "password", "secret", "client_certificate", "client_key")
    }
    | {"header": ShownWhen("security", (OutgoingSecurity.API_KEY.value,))},
    local_fields=("address", "client_certificate"),
    multiline_fields=("ca_certificate", "client_certificate", "client_key"),
    added_fields=("strict_certificates",),
    validate=_validate,
)
