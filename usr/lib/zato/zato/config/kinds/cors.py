"""Which other sites' pages may call a channel from a browser (Cross-Origin Resource Sharing, fetch.spec.whatwg.org)."""

from __future__ import annotations

import re
from typing import Annotated, Protocol

from msgspec import Meta

from zato.config.kinds.http_field import header_name_errors

CORS_FIELDS = (
    "cors_origins",
    "cors_headers",
    "cors_expose_headers",
    "cors_credentials",
    "cors_max_age_seconds",
)
ANY_ORIGIN = "*"
USUAL_HEADERS = ("Content-Type", "Authorization")
MAX_AGE_SECONDS = 600
_ORIGIN = re.compile(r"https?://([a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?|\[[0-9a-f:.]{2,45}\])(:[0-9]{1,5})?")

CorsOrigins = Annotated[
    tuple[str, ...],
    Meta(
        max_length=100,
        description="Origins, such as `https://shop.example.com`, whose pages may call the channel from a browser; "
        "`*`: all. Empty: none but the channel's own.",
    ),
]
CorsHeaders = Annotated[
    tuple[str, ...],
    Meta(max_length=100, description="Headers that such pages may send beside those that all pages may."),
]
CorsExposeHeaders = Annotated[
    tuple[str, ...],
    Meta(
        max_length=100,
        description="Headers of answers that such pages may read beside those that all pages may, `X-Zato-CID` and "
        "`Retry-After`.",
    ),
]
CorsCredentials = Annotated[
    bool, Meta(description="Whether browsers send cookies, passwords and certificates that they have for this address.")
]
CorsMaxAgeSeconds = Annotated[
    int, Meta(ge=0, le=86_400, description="How long a browser need not ask again what such pages may do.")
]


class HasCors(Protocol):
    """Values of kinds with these fields."""

    @property
    def cors_origins(self) -> tuple[str, ...]: ...
    @property
    def cors_headers(self) -> tuple[str, ...]: ...
    @property
    def cors_expose_headers(self) -> tuple[str, ...]: ...
    @property
    def cors_credentials(self) -> bool: ...
    @property
    def cors_max_age_seconds(self) -> int: ...


def cors_errors(value: HasCors) -> list[str]:
    """What is wrong with them."""
    errors = [
        f"cors_origins: {origin!r} is no origin, such as https://shop.example.com, in small letters and without a path"
        for origin in value.cors_origins
        if origin != ANY_ORIGIN and not _ORIGIN.fullmatch(origin)
    ]
    if ANY_ORIGIN in value.cors_origins and len(value.cors_origins) > 1:
        errors.append("cors_origins: '*' stands for all origins; leave the others out")
    if ANY_ORIGIN in value.cors_origins and value.cors_credentials:
        errors.append(
            "cors_credentials: with '*' any page could act in the name of whoever looks at it; list the origins"
        )
    for field, names in (("cors_headers", value.cors_headers), ("cors_expose_headers", value.cors_expose_headers)):
        for name in names:
            if name.lower() != "content-type":
                errors += header_name_errors(field, name)
    return errors
