"""Connections with other systems, a room for each protocol."""
