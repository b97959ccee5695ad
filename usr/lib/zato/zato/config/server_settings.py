"""The settings that a server goes by."""

from __future__ import annotations

from zato.config.configuration import Configuration
from zato.config.kinds.server import SERVER
from zato.host.settings import ServerSettings


def settings_of(configuration: Configuration, known: ServerSettings) -> ServerSettings:
    """Those of the item of the server that `known` is of; `known` itself where the configuration has no such item.

    The form of log lines is the one of the start.
    """
    value = configuration.value(SERVER, f"server-{known.number}")
    if value is None:
        return known
    return ServerSettings(**{**value.settings(), "number": known.number, "log_format": known.log_format})
