"""Zato: an enterprise service bus and application server."""

__version__ = "4.2.0"
