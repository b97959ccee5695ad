"""Servers of the cluster."""

from __future__ import annotations

import re
from typing import Annotated

from msgspec import Meta, Struct

from zato.config.kinds.address import host_finding
from zato.config.kinds.base import Kind

_NAME = re.compile(r"server-[1-9][0-9]{0,3}")


class Server(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One server; the item's name is "server-N"."""

    active: Annotated[
        bool,
        Meta(
            description="The load balancer sends no new requests to an inactive server, unless all are inactive: "
            "then it goes on using the one that became so last, and `zato status` says so."
        ),
    ] = True
    host: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=253,
            description="Machine that the server runs on, for people: the load balancer reaches all servers of a "
            "cluster in one directory on this machine.",
        ),
    ] = "localhost"


def _validate(name: str, value: Server) -> list[str]:
    findings = [] if _NAME.fullmatch(name) else ["name: it must be 'server-' and a number, for instance server-1"]
    host = host_finding(value.host)
    return findings if host is None else [*findings, f"host: {host}"]


SERVER = Kind(
    name="server",
    struct=Server,
    title="Server",
    summary="A server of the cluster.",
    example_name="server-1",
    example={"host": "localhost"},
    validate=_validate,
)
