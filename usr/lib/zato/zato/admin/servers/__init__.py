"""Servers: which of them get requests, what their machines have, and what is not well there."""
