"""Names of the certificates that every cluster has; to know them takes no library."""

from __future__ import annotations

ADMIN = "admin"
"""Name of the command line's client certificate."""
BALANCER = "haproxy"
BALANCER_CLIENT = "haproxy-client"
BALANCER_AGENT = "haproxy-agent"
"""Name of the certificate that HAProxy's agent shows."""
CONSOLE = "zato-admin"
"""Name of the certificate by which the web console looks at the cluster's state, and of its security definition."""
CONSOLE_EDGE = "zato-admin-lighttpd"
"""Name of the certificate that the web console shows to browsers."""
PUBLIC = "zato-public"
"""Name of the certificate, not of the cluster's CA, that is shown to those who ask for one of its names."""
CLUSTER_SNI = "cluster.zato.internal"
"""The name that the cluster's own clients ask for (SNI): what is shown to them is issued by the cluster's CA."""
BROKER = "rabbitmq"
"""Name of the certificate of a RabbitMQ that the cluster has prepared."""
LOOPBACK = ("localhost", "127.0.0.1", "::1")
"""What every machine calls itself."""


def lighttpd_name(number: int) -> str:
    """Name of the certificate of server `number`'s lighttpd."""
    return f"lighttpd-{number}"


def lighttpd_agent_name(number: int) -> str:
    """Name of the certificate that the agent of server `number`'s lighttpd shows."""
    return f"lighttpd-agent-{number}"


def server_name(number: int) -> str:
    """Name of the certificate by which server `number` is known as a client, such as RabbitMQ's."""
    return f"server-{number}"
