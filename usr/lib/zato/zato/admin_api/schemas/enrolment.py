"""Bodies and answers of the routes by which machines join the cluster and leave it."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from zato.admin_api.schemas.values import RequestSchema, ResponseSchema

Pem = Annotated[str, Meta(max_length=4000, description="PEM")]
Requests = Annotated[
    dict[str, Pem], Meta(max_length=8, description="Requests for certificates (PKCS 10), by part of the server.")
]


class Enrolment(RequestSchema, frozen=True):
    """Who holds the token gets what makes a machine a server of the cluster."""

    secret: Annotated[str, Meta(max_length=100, description="The token's secret, as base64url.")]
    version: Annotated[str, Meta(max_length=60, description="The release of Zato on the machine.")]
    hosts: Annotated[
        list[Annotated[str, Meta(max_length=253)]],
        Meta(min_length=1, max_length=10, description="Names and addresses of the machine, the balancer's way first."),
    ]
    requests: Requests


class Enrolled(ResponseSchema, frozen=True):
    """All that the machine needs beside its own keys."""

    server: int
    certificates: dict[str, str]
    authority: str
    settings: dict[str, Any]
    secret_key: str
    odb_authority: str | None


class Signed(RequestSchema, frozen=True):
    """What a server says, with its signature by the key of its certificate."""

    certificate: Pem
    statement: Annotated[str, Meta(max_length=12_000)]
    signature: Annotated[str, Meta(max_length=200, description="ECDSA with SHA-256 (DER), as base64url.")]


class Renewed(ResponseSchema, frozen=True):
    """New certificates of a server, by part."""

    server: int
    certificates: dict[str, str]


class Left(ResponseSchema, frozen=True):
    """A server that is none of the cluster any more."""

    server: int


class Removed(ResponseSchema, frozen=True):
    """The same, and whether this has revoked certificates of it."""

    server: int
    revoked: bool
