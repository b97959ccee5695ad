"""Channels over HTTP of all kinds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from zato.config.configuration import Configuration
from zato.config.kinds import HttpChannel, kinds_in
from zato.config.kinds.base import Group


def http_channels(configuration: Configuration) -> Iterator[tuple[str, str, HttpChannel]]:
    """Kind, name and value of all of them, inactive ones included."""
    for kind in kinds_in(Group.CHANNELS):
        if issubclass(kind.struct, HttpChannel):
            for item in configuration.all(kind.name):
                yield kind.name, item.name, cast("HttpChannel", item.value)
