"""The file of users that lighttpd verifies HTTP Basic against."""

from __future__ import annotations

from datetime import datetime

from zato.config.configuration import Configuration
from zato.config.kinds import SecurityBasic


def users_file(configuration: Configuration, now: datetime) -> bytes:
    """One "name:hash" line for each active definition that has not expired, in the format of Apache's htpasswd."""
    lines = []
    for item in configuration.all("security-basic"):
        basic = item.value
        if not isinstance(basic, SecurityBasic) or not basic.active:
            continue
        if basic.expires is not None and basic.expires <= now:
            continue
        lines.append(f"{basic.username}:{basic.password}\n")
    return "".join(lines).encode()
