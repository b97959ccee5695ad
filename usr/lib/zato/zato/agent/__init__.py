"""Agents that make other programs' configuration follow the ODB: HAProxy and lighttpd."""
