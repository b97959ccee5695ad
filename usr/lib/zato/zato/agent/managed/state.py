"""What an agent knows of its program, for those who ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a program is not as it should be."""

    at: datetime
    reason: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProgramState:
    """Replaced whole by the agent's own thread; others read it at any time."""

    revision: int = 0
    """That of the cluster's configuration that the program goes by, where it follows one."""
    configuration: str = ""
    """Digest of the files with which the program was last seen to serve."""
    since: datetime | None = None
    """When the agent has last seen it take up other files, or saw it first."""
    reloads: int = 0
    """By this agent since it started."""
    failure: Failure | None = None
    """What went wrong last, as long as it is so."""
    last_failure: Failure | None = None
    """What went wrong last, also where that is over."""
