"""What pika connects with."""

from __future__ import annotations

from typing import Any

import pika

from zato.amqp.identity import TlsIdentity

_CONNECT_SECONDS = 3
"""How long a TCP connection may take."""
_LOGIN_SECONDS = 5
"""How long it may take until it can be used: TCP, TLS and login."""


def connection_parameters(
    host: str, port: int, vhost: str, identity: TlsIdentity, name: str, heartbeat_seconds: int
) -> Any:
    """For one host, whose name is in its certificate. Raises SetupError where the identity cannot be used."""
    return pika.ConnectionParameters(
        host=host,
        port=port,
        virtual_host=vhost,
        credentials=pika.credentials.ExternalCredentials(),
        ssl_options=pika.SSLOptions(identity.context(), host),
        heartbeat=heartbeat_seconds,
        socket_timeout=_CONNECT_SECONDS,
        stack_timeout=_LOGIN_SECONDS,
        blocked_connection_timeout=_LOGIN_SECONDS,
        client_properties={"connection_name": name, "product": "Zato"},
    )
