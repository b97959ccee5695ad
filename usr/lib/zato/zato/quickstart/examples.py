"""Puts the examples into a cluster that runs: their configuration first, then their files into the pickup directory."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from string import Template
from typing import Any

from zato.client.api import ApiClient
from zato.core.errors import ZatoError
from zato.host.files import write_atomically
from zato.host.layout import Layout
from zato.host.settings import ClusterSettings

_DEPLOY_SECONDS = 30.0
_POLL_SECONDS = 0.3
_FINAL = frozenset({"active", "rejected", "superseded"})


class Examples:
    """Each folder of `directory` is one: services (*.py), `items.yaml`, and in `try.txt` paths to call, one a line.

    What was put into the cluster once is not put there again until the example itself changes, so that what
    somebody has made of it since stays.
    """

    def __init__(
        self, layout: Layout, cluster: ClusterSettings, client: ApiClient, directory: Path, say: Callable[[str], None]
    ) -> None:
        self._layout = layout
        self._cluster = cluster
        self._client = client
        self._folders = sorted(path.parent for path in directory.glob("*/items.yaml"))
        self._say = say
        self._stamp = layout.root / "examples.json"

    @property
    def paths(self) -> list[str]:
        """What to call, for the summary."""
        files = (folder / "try.txt" for folder in self._folders)
        return [line for file in files if file.exists() for line in file.read_text(encoding="utf-8").split()]

    def deploy(self) -> None:
        """Import and copy whatever is new. What cannot be is said, not raised: the cluster goes on."""
        known = self._known()
        for folder in self._folders:
            try:
                for file in (folder / "items.yaml", *sorted(folder.glob("*.py"))):
                    digest = hashlib.sha256(file.read_bytes()).hexdigest()
                    key = f"{folder.name}/{file.name}"
                    if known.get(key) != digest:
                        self._put(file)
                        known[key] = digest
            except ZatoError as error:
                self._say(f"The example {folder.name} was not deployed: {' '.join((error.message, *error.details))}")
        write_atomically(self._stamp, json.dumps(known, indent=1).encode())

    def _known(self) -> dict[str, str]:
        try:
            found = json.loads(self._stamp.read_bytes())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _put(self, file: Path) -> None:
        if file.suffix == ".yaml":
            self._client.import_(self._filled_in(file), "merge")
            self._say(f"The example {file.parent.name} is configured")
            return
        before = {each["id"] for each in self._client.deployments(file.name)["deployments"]}
        write_atomically(self._layout.server(1).pickup / file.name, file.read_bytes())
        deployment = self._outcome(file.name, before)
        if deployment is None:
            self._say(f"{file.name} is in the pickup directory and has not been deployed yet")
        elif deployment["state"] == "rejected":
            self._say(f"{file.name} was rejected: {deployment['reason']}")
        else:
            self._say(f"{file.name} is deployed: {', '.join(deployment['services'])}")

    def _outcome(self, file_name: str, before: set[int]) -> dict[str, Any] | None:
        deadline = time.monotonic() + _DEPLOY_SECONDS
        while time.monotonic() < deadline:
            for each in self._client.deployments(file_name)["deployments"]:
                if each["id"] not in before and each["state"] in _FINAL:
                    found: dict[str, Any] = each
                    return found
            time.sleep(_POLL_SECONDS)
        return None

    def _filled_in(self, file: Path) -> str:
        # string.Template leaves JSON, YAML and path templates alone; only ${...} means something.
        return Template(file.read_text(encoding="utf-8")).safe_substitute(
            state=str(self._layout.root),
            balancer=f"https://{self._cluster.host}:{self._cluster.lb_port}",
            ca_certificate="".join(
                f"\n          {line}" for line in self._layout.ca_certificate.read_text().splitlines()
            ),
        )
