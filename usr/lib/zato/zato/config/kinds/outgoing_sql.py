"""Outgoing SQL connections."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from zato.config.kinds.kind import Binding, Group, Kind
from zato.config.kinds.pem import certificate_errors
from zato.config.kinds.sql_address import sql_errors
from zato.core.principal import Right

# The others leave TLS to a library that has no such choice, or have none
_WITH_STRICT = ("mysql+pymysql:", "mariadb+pymysql:", "oracle+oracledb:")


class OutgoingSql(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One database; in what is stored, `password` is encrypted."""

    url: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=1000,
            description="SQLAlchemy URL that names its driver and has no credentials, such as "
            "`postgresql+psycopg2://db.example.com/stock`. For SQLite it names a file, `sqlite:///stock.db`, of the "
            "directory that each machine has for such files.",
        ),
    ]
    username: Annotated[
        Annotated[str, Meta(min_length=1, max_length=200)] | None, Meta(description="User name in the database.")
    ] = None
    password: Annotated[str | None, Meta(description="Password in the database.")] = None
    pool_size: Annotated[int, Meta(ge=1, le=1000, description="Connections that each worker opens at most.")] = 5
    timeout_seconds: Annotated[
        float, Meta(gt=0, le=3600, description="Limit for a free connection, for connecting, for each statement.")
    ] = 10.0
    ca_certificate: Annotated[
        Annotated[str, Meta(max_length=100_000)] | None,
        Meta(
            description="Authorities (PEM) that the database's certificate is checked against. Oracle is talked to "
            "over TLS (port 2484 unless the URL names one) where they are given, and without it otherwise."
        ),
    ] = None
    strict_certificates: Annotated[
        bool,
        Meta(
            description="Whether a certificate, or an authority, that breaks a rule of RFC 5280 is refused, for MySQL, "
            "MariaDB and Oracle. Many companies' own do: an authority without key usage, for instance."
        ),
    ] = False


def _validate(name: str, value: OutgoingSql) -> list[str]:
    errors = sql_errors("url", value.url)
    if value.ca_certificate is not None:
        errors.extend(certificate_errors("ca_certificate", value.ca_certificate))
    if value.strict_certificates and not value.url.startswith(_WITH_STRICT):
        errors.append(
            f"strict_certificates: there is no such choice with {value.url.partition(':')[0]}; leave it false"
        )
    elif value.strict_certificates and value.ca_certificate is None and value.url.startswith("oracle"):
        errors.append(
            "ca_certificate: it is needed beside strict_certificates: Oracle is talked to without TLS otherwise"
        )
    if value.password is not None and value.username is None:
        errors.append("username: it is needed beside password")
    return errors


OUTGOING_SQL = Kind(
    name="outgoing-sql",
    struct=OutgoingSql,
    title="Outgoing SQL",
    plural="Outgoing SQL",
    group=Group.OUTGOING,
    right=Right.OPERATE,
    summary="A pooled connection to a database, checked before use.",
    example_name="Stock",
    example={"url": "postgresql+psycopg2://db.example.com/stock", "username": "zato", "password": "a long password"},
    secret_fields=("password",),
    bindings={
        "password": (
            Binding("url", "says to whom and how it is sent"),
            Binding("username", "says whose it is"),
            Binding("ca_certificate", "says whom to believe to be the database"),
            Binding("strict_certificates", "says how the database is verified"),
        )
    },
    harmless_fields=("pool_size", "timeout_seconds"),
    pingable=True,
    local_fields=("url",),
    multiline_fields=("ca_certificate",),
    added_fields=("strict_certificates",),
    validate=_validate,
)
