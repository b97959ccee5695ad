"""Connections to other systems."""

from zato.outgoing.connections import OutgoingConnections

__all__ = ["OutgoingConnections"]
