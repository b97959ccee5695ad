"""Where an AMQP broker is. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AmqpAddress:
    """Any of the hosts will do: they are nodes of one RabbitMQ cluster."""

    hosts: tuple[tuple[str, int], ...]
    vhost: str

    @property
    def label(self) -> str:
        """For messages; there is no secret in it."""
        return f"amqps://{','.join(f'{_shown(host)}:{port}' for host, port in self.hosts)}/{self.vhost}"


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
