"""The settings that a server goes by."""

from __future__ import annotations

from zato.config.configuration import Configuration
from zato.config.kinds import Server
from zato.host.settings import ServerSettings


def settings_of(configuration: Configuration, known: ServerSettings) -> ServerSettings:
    """Those of the item of the server that `known` is of; `known` itself where the configuration has no such item.

    The form of log lines is the one of the start.
    """
    item = configuration.get("server", f"server-{known.number}")
    if item is None or not isinstance(item.value, Server):
        return known
    return ServerSettings(**{**item.value.settings(), "number": known.number, "log_format": known.log_format})
