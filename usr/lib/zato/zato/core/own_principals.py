"""Principals that are parts of Zato. Nobody else may have their names, by which the audit log tells who it was."""

from __future__ import annotations

import re
from enum import StrEnum

from zato.core.principal import ANONYMOUS


class Component(StrEnum):
    """Processes of this machine that the internal door knows by their names."""

    HOTDEPLOY = "hotdeploy"
    SINGLETON = "singleton"
    LISTENER = "listener"
    HOST = "host"
    """Root, on a machine that has joined the cluster: no administrator of it."""


QUICKSTART = "quickstart"
"""Has made the first items."""
FIRST_TOKEN = "first-token"  # noqa: S105 - who has made an administrator by the token, which is another text
ENROLMENT = "enrolment"
"""Makes the items of servers that join."""
RESTORE = "restore"
"""Has put a backup in place of what there was."""

_NAMES = frozenset({*Component, QUICKSTART, FIRST_TOKEN, ENROLMENT, RESTORE, ANONYMOUS.name, "internal"})
_SERVER = re.compile(r"server-[0-9]+")


def server_principal(number: int) -> str:
    """What a server has done itself, such as leaving the cluster."""
    return f"server-{number}"


def is_own(name: str) -> bool:
    """Whether it is the name of one of these, in whatever case."""
    lowered = name.lower()
    return lowered in _NAMES or _SERVER.fullmatch(lowered) is not None
