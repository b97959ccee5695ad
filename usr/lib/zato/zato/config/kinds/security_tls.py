"""Client certificates, verified at the edge against the cluster's certificate authority."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from zato.config.kinds.kind import Group, Kind, UniqueKey
from zato.config.kinds.limits import LIMIT_FIELDS, PERIOD_SECONDS, ConcurrentMax, RequestsMax, RequestsPeriodSeconds
from zato.config.kinds.security import Active, Expires, Roles, definition_errors, definition_unique_key


class SecurityTls(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One client, known by exactly one of: the fingerprint of its certificate, its subject."""

    fingerprint: Annotated[
        Annotated[str, Meta(pattern="^[0-9a-f]{64}$")] | None,
        Meta(
            description="SHA-256 of the client's certificate (DER), 64 lower-case hexadecimal digits; "
            "unique in the cluster. Changes when the certificate is renewed.",
        ),
    ] = None
    subject: Annotated[
        Annotated[str, Meta(min_length=4, max_length=200)] | None,
        Meta(
            description="Whole subject of the client's certificate as `zato pki list` shows it, such as `CN=partner`; "
            "unique in the cluster. Stays the same when the certificate is renewed.",
        ),
    ] = None
    roles: Roles = ()
    active: Active = True
    expires: Expires = None
    requests_max: RequestsMax = None
    requests_period_seconds: RequestsPeriodSeconds = PERIOD_SECONDS
    concurrent_max: ConcurrentMax = None


def _validate(name: str, value: SecurityTls) -> list[str]:
    errors = definition_errors(name, value.roles)
    if (value.fingerprint is None) == (value.subject is None):
        errors.append("fingerprint: give either fingerprint or subject, one of the two")
    if value.subject is not None and ("=" not in value.subject or value.subject != value.subject.strip()):
        errors.append("subject: it must be a whole subject such as 'CN=partner', without spaces around it")
    return errors


def _unique_keys(name: str, value: SecurityTls) -> tuple[UniqueKey, ...]:
    keys = [definition_unique_key(name)]
    if value.fingerprint is not None:
        text = f"The certificate with the fingerprint {value.fingerprint}"
        keys.append(UniqueKey(("security-tls-fingerprint", value.fingerprint), "fingerprint", text))
    if value.subject is not None:
        text = f"The subject {value.subject!r} of client certificates"
        keys.append(UniqueKey(("security-tls-subject", value.subject), "subject", text))
    return tuple(keys)


SECURITY_TLS = Kind(
    name="security-tls",
    struct=SecurityTls,
    title="TLS client certificate",
    plural="TLS client certificates",
    group=Group.SECURITY,
    summary="A client with a certificate of the cluster's authority. Channels refer to the definition by its name.",
    example_name="partner",
    example={"subject": "CN=partner", "roles": ["viewer"]},
    lets_in=True,
    short_name="certificate",
    scheme=lambda _: {"type": "mutualTLS"},
    added_fields=LIMIT_FIELDS,
    validate=_validate,
    unique_keys=_unique_keys,
)
