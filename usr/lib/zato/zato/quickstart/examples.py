"""Puts the examples into a cluster that runs: their configuration first, then their files into the pickup directory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from string import Template

from zato.config.bulk import ImportMode
from zato.config.publisher import Publisher
from zato.config.secrets import SecretBox, load_or_create_key
from zato.config.writer import Author
from zato.core.clock import SystemClock
from zato.core.correlation import new_cid
from zato.core.errors import ZatoError
from zato.host.files import write_atomically
from zato.host.layout import Layout
from zato.host.settings import ClusterSettings
from zato.odb.database import Database
from zato.odb.log import ConfigurationLog


class Examples:
    """Each folder of `directory` is one: services (*.py), `items.yaml`, and in `try.txt` paths to call, one a line."""

    def __init__(self, layout: Layout, cluster: ClusterSettings, directory: Path, say: Callable[[str], None]) -> None:
        self._layout = layout
        self._cluster = cluster
        self._folders = sorted(path.parent for path in directory.glob("*/items.yaml"))
        self._say = say

    @property
    def paths(self) -> list[str]:
        """What to call, for the summary."""
        files = (folder / "try.txt" for folder in self._folders)
        return [line for file in files if file.exists() for line in file.read_text(encoding="utf-8").split()]

    def deploy(self) -> None:
        """Import and copy whatever is new. What cannot be imported is said, not raised: the cluster goes on."""
        for folder in self._folders:
            try:
                self._import(folder)
            except ZatoError as error:
                self._say(f"The example {folder.name} was not configured: {' '.join((error.message, *error.details))}")
                continue
            for source in sorted(folder.glob("*.py")):
                target = self._layout.server(1).pickup / source.name
                if not target.exists() or target.read_bytes() != source.read_bytes():
                    write_atomically(target, source.read_bytes())
            self._say(f"The example {folder.name} is deployed")

    def _import(self, folder: Path) -> None:
        database = Database(self._cluster.odb)
        try:
            box = SecretBox(load_or_create_key(self._layout.secret_key))
            publisher = Publisher(ConfigurationLog(database), box, SystemClock())
            # string.Template leaves JSON, YAML and path templates alone; only ${...} means something.
            text = Template((folder / "items.yaml").read_text(encoding="utf-8")).safe_substitute(
                state=str(self._layout.root),
                balancer=f"https://{self._cluster.host}:{self._cluster.lb_port}",
                ca_certificate="".join(
                    f"\n          {line}" for line in self._layout.ca_certificate.read_text().splitlines()
                ),
            )
            publisher.import_(text, ImportMode.MERGE, by=Author("quickstart", new_cid()))
        finally:
            database.dispose()
