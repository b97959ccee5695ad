"""Settings of the cluster on this machine: zato.toml, and what administrators have added to HAProxy's configuration."""

from __future__ import annotations

from pathlib import Path

from zato.agent.haproxy.names import own_sources
from zato.backup.manifest import Manifest
from zato.backup.part import Place, Saved
from zato.host.files import read_plain, write_atomically

SETTINGS_FILE = "zato.toml"
_HAPROXY = "haproxy"


class SettingsPart:
    """zato.toml is written last, since with it there is a cluster."""

    name = "settings"
    as_servers = False

    def save(self, place: Place, directory: Path) -> Saved:
        own = own_sources(place.layout)
        write_atomically(directory / SETTINGS_FILE, read_plain(place.layout.settings, follow=True))
        (directory / _HAPROXY).mkdir(mode=0o700)
        for path in own:
            write_atomically(directory / _HAPROXY / path.name, read_plain(path, follow=True))
        return Saved({"files": 1 + len(own)})

    def load(self, place: Place, directory: Path, manifest: Manifest) -> list[str]:
        layout = place.layout
        own = layout.configuration / _HAPROXY
        if (directory / _HAPROXY).is_dir():
            own.mkdir(mode=0o755 if layout.is_appliance else 0o700, exist_ok=True)
            for path in sorted((directory / _HAPROXY).iterdir()):
                write_atomically(own / path.name, read_plain(path), mode=0o644)
        write_atomically(layout.settings, read_plain(directory / SETTINGS_FILE))
        return []


SETTINGS = SettingsPart()
