"""What belongs to a set of lighttpd's files."""

from __future__ import annotations

from pathlib import Path

from zato.agent.lighttpd.names import (
    BALANCER_SCRIPT,
    CLIENT_CA,
    CONFIGURATION,
    REQUEST_SCRIPT,
    RESPONSE_SCRIPT,
)
from zato.agent.managed.file_sets import FileSets, SetNames

_NAMES = SetNames(
    configuration=CONFIGURATION,
    client_authorities=CLIENT_CA,
    others=(REQUEST_SCRIPT, RESPONSE_SCRIPT),
    optional=(BALANCER_SCRIPT,),
)


def file_sets(directory: Path) -> FileSets:
    """Those of the lighttpd that is started from `directory`. It reads scripts again as soon as they are put there."""
    return FileSets(directory, _NAMES)
