"""The load balancer in front of the cluster's servers."""

from __future__ import annotations

import ipaddress
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from zato.config.kinds.kind import Group, Kind

NAME = "balancer"
"""The name of the only item there is of this kind."""
_CLIENT_IDLE_SECONDS_MAX = 30.0
_KEEP_ALIVE_SECONDS_MAX = 60.0


class Algorithm(StrEnum):
    """How the balancer chooses a server: HAProxy's names."""

    ROUND_ROBIN = "roundrobin"
    STATIC_ROUND_ROBIN = "static-rr"
    LEAST_CONNECTIONS = "leastconn"
    SOURCE = "source"
    URI = "uri"
    RANDOM = "random"


class Balancer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What holds for the balancer as a whole; what holds for one server is in that server's item.

    A source is an IPv4 address, or the network of 64 bits that an IPv6 address is in.
    """

    algorithm: Annotated[
        Algorithm,
        Meta(
            description="How a server is chosen: roundrobin (in turn, by weight), static-rr (the same, decided when "
            "HAProxy loads its configuration), leastconn (the one with the fewest connections), source (by the "
            "client's address), uri (by the path), random."
        ),
    ] = Algorithm.ROUND_ROBIN
    head_seconds: Annotated[
        float, Meta(gt=0, le=60, description="For all of a request's header, and for the start of its body.")
    ] = 10.0
    client_idle_seconds: Annotated[
        float,
        Meta(
            gt=0,
            le=_CLIENT_IDLE_SECONDS_MAX,
            description="For a client that has stopped sending its request or reading its answer.",
        ),
    ] = _CLIENT_IDLE_SECONDS_MAX
    keep_alive_seconds: Annotated[
        float,
        Meta(gt=0, le=_KEEP_ALIVE_SECONDS_MAX, description="How long a connection without a request is kept."),
    ] = _KEEP_ALIVE_SECONDS_MAX
    queue_seconds: Annotated[
        float,
        Meta(gt=0, le=60, description="How long a request waits for a server that has all the connections it may."),
    ] = 10.0
    server_connections_max: Annotated[
        Annotated[int, Meta(ge=1, le=100_000)] | None,
        Meta(
            description="Connections to one server at the same time; what is more waits. None: no limit.",
        ),
    ] = None
    check_interval_seconds: Annotated[
        float,
        Meta(
            ge=0.1,
            le=60,
            description="Time between two health checks of a server that is well, and for its answer to one.",
        ),
    ] = 0.5
    check_failures: Annotated[
        int, Meta(ge=1, le=20, description="Health checks in a row that fail before a server counts as down.")
    ] = 4
    requests_max: Annotated[
        Annotated[int, Meta(ge=1)] | None,
        Meta(
            description="Requests that one source may send in `requests_period_seconds`; more are answered with 429. "
            "None: no limit.",
        ),
    ] = None
    requests_period_seconds: Annotated[
        int, Meta(ge=1, le=3600, description="The period that `requests_max` is about.")
    ] = 10
    wrong_passwords_max: Annotated[
        int,
        Meta(
            ge=1,
            description="Wrong passwords that one source may send in ten seconds, those that "
            "wait for an answer included; then its requests with a password are answered with 429 for a while. The "
            "balancer counts those of the whole cluster, each server its own.",
        ),
    ] = 200
    untried_passwords_max: Annotated[
        int,
        Meta(
            ge=1,
            description="Requests with a password that are passed on at once while no password from their source was "
            "right of late. More of them wait for their turn, 40 ms for each before them and 2 s at most, or until "
            "one was right.",
        ),
    ] = 2
    client_rate_min: Annotated[
        int,
        Meta(
            ge=0,
            description="Bytes a second that a client has to send of its request's body. 0: as slow as it likes, "
            "within `client_idle_seconds`.",
        ),
    ] = 1000
    client_rate_seconds: Annotated[
        float,
        Meta(ge=1, le=600, description="A client that is slower than `client_rate_min` for so long is ended."),
    ] = 15.0
    source_connections_max: Annotated[
        int,
        Meta(
            ge=1,
            description="Connections that one source may have at the same time. The first request of one that is more "
            "is answered with 429; a quarter more than that, and connections are closed before anything is read.",
        ),
    ] = 1250
    source_new_connections_max: Annotated[
        int,
        Meta(
            ge=1,
            description="Connections that one source may open in ten seconds; what is more is closed before anything "
            "is read.",
        ),
    ] = 5000
    source_requests_max: Annotated[
        int,
        Meta(
            ge=1,
            description="Requests of one source, on however many connections, that may be in progress at the same "
            "time; more are answered with 429.",
        ),
    ] = 1250
    exempt_networks: Annotated[
        tuple[str, ...],
        Meta(
            max_length=100,
            description="Addresses or networks (10.0.0.0/8, 2001:db8::/32) for which none of the limits for one source "
            "holds.",
        ),
    ] = ()


def _validate(name: str, value: Balancer) -> list[str]:
    errors: list[str] = []
    for network in value.exempt_networks:
        try:
            ipaddress.ip_network(network)
        except ValueError:
            errors.append(f"exempt_networks: {network!r} is no address and no network, such as 10.0.0.0/8")
    return errors


BALANCER = Kind(
    name="balancer",
    struct=Balancer,
    title="Balancer",
    plural="Balancer",
    group=Group.CLUSTER,
    summary="The load balancer in front of all servers; without the item, everything is as by default.",
    example_name=NAME,
    only_name=NAME,
    example={"algorithm": "leastconn", "requests_max": 1000},
    added_fields=(
        "untried_passwords_max",
        "client_rate_min",
        "client_rate_seconds",
        "source_connections_max",
        "source_new_connections_max",
        "source_requests_max",
    ),
    validate=_validate,
)
