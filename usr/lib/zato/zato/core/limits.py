"""Limits that several processes have to agree on."""

from __future__ import annotations

SOURCE_BYTES_MAX = 10 * 1024 * 1024
"""Size of a file that is deployed, in whichever way it comes."""

TIME_LIMIT_SECONDS_MAX = 86_400
"""Time limit of a service; whoever waits for its answer has to wait longer."""

MESSAGE_BYTES_MAX = 10 * 1024 * 1024
"""Size of the payload of an asynchronous invocation, as JSON."""
