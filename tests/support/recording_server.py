"""A server as the pickup daemon sees it."""

from __future__ import annotations

import threading
from hashlib import sha256
from typing import Any

from zato.core.errors import InvalidInput, TimeLimitExceeded, Unavailable

GOOD = b"good\n"


class RecordingServer:
    """Accepts what begins with "good", refuses the rest, and keeps versions as the admin API shows them."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, bytes]] = []
        self.versions: list[dict[str, Any]] = []
        self.away = 0
        self.late: list[str] = []
        self.hold: dict[str, threading.Event] = {}
        self.modules: set[str] = set()
        self._lock = threading.Lock()

    def deploy(self, file_name: str, source: bytes) -> dict[str, Any]:
        with self._lock:
            self.calls.append((file_name, source))
            if self.away:
                self.away -= 1
                raise Unavailable("Nothing answers.", code="unreachable")
        if file_name in self.hold:
            self.hold[file_name].wait(10)
        module = file_name.rpartition(".")[0]
        missing = [word for word in source.decode().split()[1:] if word not in self.modules]
        good = source.startswith(b"good") and not missing
        cid = f"cid-{len(self.calls)}"
        version = {
            "id": len(self.versions) + 1,
            "file_name": file_name,
            "sha256": sha256(source).hexdigest(),
            "state": "active" if good else "rejected",
            "module": module,
            "cid": cid,
        }
        self.versions.insert(0, version)
        if self.late:
            version["state"] = self.late.pop(0)
            late = TimeLimitExceeded("It has not come to an end after 60 s.")
            late.cid = cid
            raise late
        if good:
            self.modules.add(module)
            return version
        reason = f"{file_name}:3: No module named {missing[0]!r}." if missing else f"{file_name}:3: It is no good."
        refused = InvalidInput(reason, code="deployment-rejected", details=(f"file: {file_name}", "line: 3"))
        refused.cid = cid
        raise refused

    def deployments(self, file_name: str | None = None, *, limit: int = 100) -> dict[str, Any]:
        found = [version for version in self.versions if file_name in {None, version["file_name"]}]
        return {"deployments": found[:limit]}

    @property
    def deployed(self) -> list[str]:
        return [version["file_name"] for version in reversed(self.versions) if version["state"] == "active"]
