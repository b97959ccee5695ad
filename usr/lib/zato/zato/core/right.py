"""What the admin API lets principals do."""

from __future__ import annotations

from enum import StrEnum


class Right(StrEnum):
    """One thing that the admin API lets a principal do."""

    KNOW_ONESELF = "know oneself"
    """Ask who one is: any authenticated principal may, whatever its roles."""
    READ = "read the configuration and the state of the cluster"
    READ_LOG = "read the log of the servers' machines"
    """Which has what services write, and who has called."""
    OPERATE = "change channels, outgoing connections and settings of services, and deal with dead letters"
    DEPLOY = "deploy, activate and withdraw services"
    INVOKE = "invoke services"
    """Whoever may change channels can reach every service; what takes code of one's own is DEPLOY."""
    ADMINISTER = "change security definitions, servers and the configuration as a whole"
