"""The file of users that lighttpd verifies HTTP Basic against."""

from __future__ import annotations

import re
from datetime import datetime

from zato.config.configuration import Configuration
from zato.config.kinds import SecurityBasic

_NAME = re.compile(r"[^\x00-\x1f\x7f:#\s][^\x00-\x1f\x7f:]*")
_HASH = re.compile(r"\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}")


def users_file(configuration: Configuration, now: datetime) -> bytes:
    """One "name:hash" line for each active definition that has not expired, in the format of Apache's htpasswd.

    A definition that would not be exactly one line of that format is left out: nobody can log in with it.
    """
    lines = []
    for item in configuration.all("security-basic"):
        basic = item.value
        if not isinstance(basic, SecurityBasic) or not basic.active:
            continue
        if basic.expires is not None and basic.expires <= now:
            continue
        if _NAME.fullmatch(basic.username) and _HASH.fullmatch(basic.password):
            lines.append(f"{basic.username}:{basic.password}\n")
    return "".join(lines).encode()
