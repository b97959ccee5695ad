"""The fields that all channels over HTTP have."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
ALL_METHODS: tuple[Method, ...] = ("GET", "POST", "PUT", "PATCH", "DELETE")

ServiceName = Annotated[
    str, Meta(min_length=1, max_length=200, description="Name of the service that handles the requests.")
]
Path = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=500,
        description="Path of the channel. A segment in braces, such as `{id}`, is a parameter. "
        "Paths under `/zato/` are Zato's own.",
    ),
]
Methods = Annotated[
    tuple[Method, ...], Meta(min_length=1, description="HTTP methods that the channel accepts; with GET, HEAD too.")
]
Security = Annotated[
    tuple[str, ...],
    Meta(
        max_length=100,
        description="Names of security definitions; any one of them lets a client in. "
        "Empty: the channel is open to all.",
    ),
]
MaxBodyBytes = Annotated[
    Annotated[int, Meta(ge=1024)] | None,
    Meta(
        description="Largest body of a request, `max_body_bytes` of the server at most. Unless set, that, and for REST "
        "channels `max_json_bytes` of the server.",
    ),
]
Active = Annotated[bool, Meta(description="An inactive channel answers as if it did not exist.")]
