"""What the agent knows of its lighttpd, for those who ask."""

from __future__ import annotations

from dataclasses import dataclass

from zato.agent.managed.failure import Failure


@dataclass(frozen=True, slots=True)
class AgentState:
    """Replaced whole by the agent's own thread; others read it at any time."""

    configuration: str = ""
    """Digest of the files with which lighttpd was last seen to serve."""
    reloads: int = 0
    """By this agent since it started."""
    failure: Failure | None = None
    """What went wrong last, as long as it is so."""
    last_failure: Failure | None = None
    """What went wrong last, also where that is over."""
