"""Security definitions of all kinds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from zato.config.configuration import Configuration
from zato.config.kinds import Definition, letting_in


def definitions(configuration: Configuration) -> Iterator[tuple[str, Definition]]:
    """All of them, with their names, which no two have."""
    for kind in letting_in():
        for item in configuration.all(kind.name):
            yield item.name, cast("Definition", item.value)
