"""lighttpd, which ends TLS and authenticates in front of one server."""
