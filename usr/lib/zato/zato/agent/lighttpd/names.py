"""Names of files in the directory of one lighttpd."""

from __future__ import annotations

CONFIGURATION = "lighttpd.conf"
CLIENT_CA = "client-ca.pem"
REQUEST_SCRIPT = "request.lua"
BALANCER_SCRIPT = "request-of-balancer.lua"
RESPONSE_SCRIPT = "response.lua"
UPLOADS = "uploads"
PID = "lighttpd.pid"
CLOSING = "closing"
"""While there is a file of this name no connection is kept alive."""
