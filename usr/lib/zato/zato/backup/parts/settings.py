"""Settings of the cluster on this machine: zato.toml, logging.toml, and what administrators have added to programs'."""

from __future__ import annotations

from pathlib import Path

from zato.agent.haproxy import names as haproxy
from zato.agent.lighttpd import own as lighttpd
from zato.backup.manifest import Manifest
from zato.backup.part import Place, Saved
from zato.host.files import read_plain, write_atomically
from zato.host.layout import Layout

SETTINGS_FILE = "zato.toml"
_LOGGING = "logging.toml"


def own_files(layout: Layout) -> dict[str, list[Path]]:
    """What administrators have added to the configuration of HAProxy and lighttpd, by the name of its directory."""
    return {"haproxy": haproxy.own_sources(layout), "lighttpd": lighttpd.own_sources(layout)}


class SettingsPart:
    """zato.toml is written last, since with it there is a cluster."""

    name = "settings"
    as_servers = False

    def save(self, place: Place, directory: Path) -> Saved:
        layout = place.layout
        files = {directory / SETTINGS_FILE: layout.settings}
        if layout.logging.exists():
            files[directory / _LOGGING] = layout.logging
        for name, paths in own_files(layout).items():
            (directory / name).mkdir(mode=0o700)
            files |= {directory / name / path.name: path for path in paths}
        for copy, path in files.items():
            write_atomically(copy, read_plain(path, follow=True))
        return Saved({"files": len(files)})

    def load(self, place: Place, directory: Path, manifest: Manifest) -> list[str]:
        layout = place.layout
        for name in own_files(layout):
            if (directory / name).is_dir():
                own = layout.configuration / name
                own.mkdir(exist_ok=True)
                own.chmod(0o755 if layout.is_appliance else 0o700)  # whatever the umask
                for path in sorted((directory / name).iterdir()):
                    write_atomically(own / path.name, read_plain(path), mode=0o644)
        if (directory / _LOGGING).exists():
            write_atomically(layout.logging, read_plain(directory / _LOGGING), mode=0o644)
        write_atomically(layout.settings, read_plain(directory / SETTINGS_FILE))
        return []


SETTINGS = SettingsPart()
