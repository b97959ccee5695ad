"""HTTP Basic credentials (RFC 7617), verified in the server."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from zato.config.kinds.kind import Binding, Group, Kind, UniqueKey
from zato.config.kinds.limits import LIMIT_FIELDS, PERIOD_SECONDS, ConcurrentMax, RequestsMax, RequestsPeriodSeconds
from zato.config.kinds.security import Active, Expires, Roles, definition_errors, definition_unique_key


class SecurityBasic(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One HTTP Basic definition; in what is stored, `password` is a bcrypt hash."""

    username: Annotated[
        str, Meta(min_length=1, max_length=100, description="User name, without a colon; unique in the cluster.")
    ]
    password: Annotated[
        str,
        Meta(min_length=8, description="Password, from 8 characters to 72 bytes; kept as a hash only."),
    ]
    roles: Roles = ()
    active: Active = True
    expires: Expires = None
    requests_max: RequestsMax = None
    requests_period_seconds: RequestsPeriodSeconds = PERIOD_SECONDS
    concurrent_max: ConcurrentMax = None


def _validate(name: str, value: SecurityBasic) -> list[str]:
    errors = definition_errors(name, value.roles)
    # In the release before, which may run beside this one, it is a field in a line of a file, where '#' is a comment
    if ":" in value.username:
        errors.append("username: it must not have a colon, which ends the user name in HTTP Basic")
    if value.username.startswith("#") or value.username != value.username.strip():
        errors.append("username: it must not start with '#', nor start or end with a space")
    if len(value.password.encode()) > 72:
        errors.append("password: it is longer than 72 bytes in UTF-8, more than its hash (bcrypt) takes in")
    return errors


def _unique_keys(name: str, value: SecurityBasic) -> tuple[UniqueKey, ...]:
    return (
        definition_unique_key(name),
        UniqueKey(("security-basic-username", value.username), "username", f"The user name {value.username!r}"),
    )


SECURITY_BASIC = Kind(
    name="security-basic",
    struct=SecurityBasic,
    title="HTTP Basic",
    plural="HTTP Basic",
    group=Group.SECURITY,
    summary="A user name and a password. Channels refer to the definition by its name.",
    example_name="crm-clients",
    example={"username": "crm", "password": "a long password", "roles": []},
    secret_fields=("password",),
    hashed_fields=("password",),
    bindings={"password": (Binding("username", "says whose it is"),)},
    harmless_fields=("roles", "active", "expires", *LIMIT_FIELDS),
    lets_in=True,
    short_name="basic",
    scheme=lambda _: {"type": "http", "scheme": "basic"},
    added_fields=LIMIT_FIELDS,
    validate=_validate,
    unique_keys=_unique_keys,
)
