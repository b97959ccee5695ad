"""Servers of the cluster."""

from __future__ import annotations

import re
from typing import Annotated, Any

from msgspec import Meta, Struct

from zato.config.kinds.address import host_error
from zato.config.kinds.kind import Group, Kind
from zato.core.server_name import name_of
from zato.host.settings import (
    DRAIN_SECONDS,
    LOG_FORMAT,
    LOG_LEVEL,
    MAX_BODY_BYTES,
    MAX_JSON_BYTES,
    MEMORY_BYTES_MAX,
    SERVER_SETTINGS,
    STUCK_SECONDS,
    THREADS_MAX,
    TIME_LIMIT_SECONDS,
    UPLOADS_BYTES_MAX,
    WORKERS,
    DrainSeconds,
    LogFormat,
    LogLevel,
    MaxBodyBytes,
    MaxJsonBytes,
    MemoryBytesMax,
    StuckSeconds,
    ThreadsMax,
    TimeLimitSeconds,
    UploadsBytesMax,
    Workers,
)

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
            description="Host name or address at which the load balancer reaches the server's lighttpd. localhost, and "
            "every name of the balancer's own machine, is that machine.",
        ),
    ] = "localhost"
    drain: Annotated[
        bool,
        Meta(
            description="The load balancer sends no new requests to the server, which stays in it and is looked after: "
            "for the time of a repair. `zato server drain` and `zato server ready` set it."
        ),
    ] = False
    weight: Annotated[
        int,
        Meta(ge=1, le=256, description="Share of the requests that the server gets, in proportion to the others'."),
    ] = 100
    workers: Annotated[Workers | None, WORKERS] = None
    threads_max: Annotated[ThreadsMax | None, THREADS_MAX] = None
    time_limit_seconds: Annotated[TimeLimitSeconds | None, TIME_LIMIT_SECONDS] = None
    max_body_bytes: Annotated[MaxBodyBytes | None, MAX_BODY_BYTES] = None
    uploads_bytes_max: Annotated[UploadsBytesMax | None, UPLOADS_BYTES_MAX] = None
    max_json_bytes: Annotated[MaxJsonBytes | None, MAX_JSON_BYTES] = None
    memory_bytes_max: Annotated[MemoryBytesMax | None, MEMORY_BYTES_MAX] = None
    drain_seconds: Annotated[DrainSeconds | None, DRAIN_SECONDS] = None
    stuck_seconds: Annotated[StuckSeconds | None, STUCK_SECONDS] = None
    log_level: Annotated[LogLevel | None, LOG_LEVEL] = None
    log_format: Annotated[LogFormat | None, LOG_FORMAT] = None

    def settings(self) -> dict[str, Any]:
        """The settings that are set, as `server.toml` has them."""
        values = {key: getattr(self, key) for key in SERVER_SETTINGS}
        return {key: value for key, value in values.items() if value is not None}


def _validate(name: str, value: Server) -> list[str]:
    errors = [] if _NAME.fullmatch(name) else ["name: it must be 'server-' and a number, for instance server-1"]
    host = host_error(value.host)
    return errors if host is None else [*errors, f"host: {host}"]


SERVER = Kind(
    name="server",
    struct=Server,
    title="Server",
    plural="Servers",
    group=Group.CLUSTER,
    full_name=name_of,
    summary="A server of the cluster.",
    example_name="server-1",
    example={"host": "localhost"},
    local_fields=("host",),
    added_fields=("max_json_bytes", "memory_bytes_max", "stuck_seconds", "uploads_bytes_max"),
    validate=_validate,
)
