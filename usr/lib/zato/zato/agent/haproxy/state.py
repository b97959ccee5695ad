"""What the agent knows of its HAProxy, for those who ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from zato.agent.managed.failure import Failure


@dataclass(frozen=True, slots=True)
class AgentState:
    """Replaced whole by the agent's own thread; others read it at any time."""

    revision: int = 0
    """Of the configuration that HAProxy goes by, servers included."""
    configuration: str = ""
    """Digest of the files with which HAProxy serves."""
    since: datetime | None = None
    """When the agent has last seen HAProxy take up other files, or saw it first."""
    reloads: int = 0
    """By this agent since it started."""
    failure: Failure | None = None
    """What went wrong last, as long as it is so."""
