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
_EVERYWHERE_SECONDS = 0.5  # until every worker has applied what was imported
_FINAL = frozenset({"active", "rejected", "superseded"})


class Examples:
    """Each folder of `directory` is one: services (*.py), `items.yaml`, services to invoke once (`invoke.txt`), and
    paths to call (`try.txt`), one a line.

    What was put into the cluster once is not put there again until it would be something else: the example has
    changed, or the address or CA of the cluster that is filled in. What somebody has made of it since stays.
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
        return [line for folder in self._folders for line in _lines(folder / "try.txt")]

    def deploy(self) -> None:
        """Import and copy whatever is new. What cannot be is said, not raised: the cluster goes on."""
        known = self._known()
        for folder in self._folders:
            try:
                self._deploy(folder, known)
            except ZatoError as error:
                self._say(f"The example {folder.name} was not deployed: {' '.join((error.message, *error.details))}")
        write_atomically(self._stamp, json.dumps(known, indent=1).encode())

    def _deploy(self, folder: Path, known: dict[str, str]) -> None:
        contents = {"items.yaml": self._filled_in(folder / "items.yaml").encode()}
        contents |= {file.name: file.read_bytes() for file in sorted(folder.glob("*.py"))}
        digests = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
        for name, content in contents.items():
            if known.get(f"{folder.name}/{name}") != digests[name]:
                self._put(folder.name, name, content)
                known[f"{folder.name}/{name}"] = digests[name]
        everything = hashlib.sha256("".join(digests.values()).encode()).hexdigest()
        if known.get(f"{folder.name}/invoke.txt") != everything:
            time.sleep(_EVERYWHERE_SECONDS)
            for service in _lines(folder / "invoke.txt"):
                answer, _ = self._client.invoke(service, {})
                self._say(f"{service} is invoked: {answer.decode('utf-8', 'replace')}")
            known[f"{folder.name}/invoke.txt"] = everything

    def _known(self) -> dict[str, str]:
        try:
            found = json.loads(self._stamp.read_bytes())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _put(self, example: str, name: str, content: bytes) -> None:
        if name == "items.yaml":
            self._client.import_(content.decode(), "merge")
            self._say(f"The example {example} is configured")
            return
        before = {each["id"] for each in self._client.deployments(name)["deployments"]}
        write_atomically(self._layout.server(1).pickup / name, content)
        deployment = self._outcome(name, before)
        if deployment is None:
            self._say(f"{name} is in the pickup directory and has not been deployed yet")
        elif deployment["state"] == "rejected":
            self._say(f"{name} was rejected: {deployment['reason']}")
        else:
            self._say(f"{name} is deployed: {', '.join(deployment['services'])}")

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
            balancer=f"https://{self._cluster.host}:{self._cluster.lb_port}",
            ca_certificate="".join(
                f"\n          {line}" for line in self._layout.ca_certificate.read_text().splitlines()
            ),
        )


def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").split() if file.exists() else []
