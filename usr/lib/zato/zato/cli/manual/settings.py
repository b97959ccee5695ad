"""zato.toml(5) and server.toml(5), made of the settings' own documentation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from zato.cli.manual import roff
from zato.config.settings_reference import INTRODUCTION, entries
from zato.host.layout import APPLIANCE, Layout
from zato.host.settings import ClusterSettings, ServerSettings

_LAYOUT = Layout(APPLIANCE)


@dataclass(frozen=True, slots=True)
class File:
    """A file of settings that has a page."""

    name: str
    summary: str
    path: str
    struct: type[msgspec.Struct]


FILES = (
    File("zato.toml", "settings of a Zato cluster on this machine", str(_LAYOUT.settings), ClusterSettings),
    File(
        "server.toml",
        "settings of one Zato server",
        str(_LAYOUT.server(1).settings).replace("server-1", "server-N"),
        ServerSettings,
    ),
)


def pages(version: str) -> Iterator[tuple[str, str]]:
    """File names and texts, the same for the same settings."""
    for file in FILES:
        yield f"{file.name}.5", "\n".join(_page(file, version)) + "\n"


def _page(file: File, version: str) -> Iterator[str]:
    yield roff.title(file.name, 5, version)
    yield roff.heading("NAME")
    yield f"{roff.plain(file.name)} \\- {roff.plain(file.summary)}"
    yield roff.heading("SYNOPSIS")
    yield roff.bold(file.path)
    yield roff.heading("DESCRIPTION")
    yield roff.paragraphs([INTRODUCTION])
    yield roff.heading("KEYS")
    for entry in entries(file.struct):
        default = entry.default if entry.computed else f"`{entry.default}`"
        parts = [f"{entry.type[0].upper()}{entry.type[1:]}.", *([f"Default: {default}."] if entry.default else [])]
        yield roff.item(entry.key, " ".join([*parts, entry.meaning]))
    yield roff.heading("SEE ALSO")
    yield roff.references([("zato", 1), *((other.name, 5) for other in FILES if other is not file)])
