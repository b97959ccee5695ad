"""What happens to one file: it is handed to the server, and the outcome is logged and written beside it."""

from __future__ import annotations

import threading
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

from zato.core.backoff import Backoff
from zato.core.clock import Clock
from zato.core.errors import ZatoError
from zato.host.logs import get_logger
from zato.hotdeploy.pickup import clear_error, error_file, read, shown, write_error

_log = get_logger("zato.hotdeploy")
_SERVER_AWAY = Backoff(0.1, 2.0)
_RAN = ("active", "superseded")
_UNDER_WAY = ("checking", "staged")


class Server(Protocol):
    """What of zato.client.api.ApiClient is used."""

    def deploy(self, file_name: str, source: bytes) -> dict[str, Any]: ...

    def deployments(self, file_name: str | None = None, *, limit: int = 100) -> dict[str, Any]: ...


class Deploying:
    """Deploys files of one directory. Threads may share it, each with another file."""

    def __init__(self, directory: Path, server: Server, clock: Clock, stop: threading.Event) -> None:
        self._directory = directory
        self._server = server
        self._clock = clock
        self._stop = stop
        self._refused: dict[str, str] = {}

    def deploy(self, name: str, *, if_new: bool) -> tuple[str, ...]:
        """Deploy the file, waiting for the server while it is away or late. Returns names of files to try again now.

        With `if_new`, a file that was handed in before as it is now stays what it is: it may have been rolled back
        or withdrawn since. What was refused for lack of a module is tried again once that module is there.
        """
        path = self._directory / name
        waited = 0
        handed_in: str | None = None
        while not self._stop.is_set():
            try:
                source = read(path)
                if source is None or (if_new and self._is_known(path, source)):
                    return ()
                found = self._under_way(name, handed_in) or self._server.deploy(name, source)
            except ZatoError as error:
                if not error.retriable:
                    self._refused[name] = error.message
                    # First: on a disk that is full the reason would be nowhere
                    _log.warning("Refused", file=shown(name), reason=error.message, cid=error.cid)
                    write_error(path, error, self._clock.now())
                    return ()
                if waited == 0:
                    _log.warning("Waiting for the server", file=shown(name), reason=error.message, cid=error.cid)
                handed_in = error.cid or handed_in
            else:
                if found["state"] not in _UNDER_WAY:
                    self._refused.pop(name, None)
                    clear_error(path)
                    deployment, state, cid = found["id"], found["state"], found["cid"]
                    _log.info("Deployed", file=shown(name), deployment=deployment, state=state, cid=cid)
                    return self._waiting_for(str(found["module"]).split(", "))
            waited += 1
            self._stop.wait(_SERVER_AWAY.pause_after(waited))
        return ()

    def gone(self, name: str) -> None:
        """The file was deleted or moved away, which undeploys nothing."""
        self._refused.pop(name, None)
        clear_error(self._directory / name)
        _log.info("The file is gone, what it deployed stays; zato service undeploy withdraws it", file=shown(name))

    def _under_way(self, name: str, cid: str | None) -> dict[str, Any] | None:
        """The deployment that an earlier request has made, unless it came to nothing: it may still become active."""
        if cid is None:
            return None
        last: list[dict[str, Any]] = self._server.deployments(name, limit=1)["deployments"]
        return last[0] if last and last[0]["cid"] == cid and last[0]["state"] != "rejected" else None

    def _is_known(self, path: Path, source: bytes) -> bool:
        """Whether the last version that was handed in under this name is this one, and its outcome is known."""
        last = self._server.deployments(path.name, limit=1)["deployments"]
        if not last or last[0]["sha256"] != sha256(source).hexdigest():
            return False
        return last[0]["state"] in _RAN or (last[0]["state"] == "rejected" and error_file(path).exists())

    def _waiting_for(self, modules: list[str]) -> tuple[str, ...]:
        return tuple(
            name
            for name, reason in list(self._refused.items())
            if any(f"'{module}'" in reason or f"'{module}." in reason for module in modules)
        )
