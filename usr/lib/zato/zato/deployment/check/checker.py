"""Asking for a check."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import msgspec

from zato.core.errors import Unavailable
from zato.deployment.check.messages import CheckedFile, CheckRequest, CheckResult, receive_result, refused, send
from zato.deployment.check.selection import files_to_try_with
from zato.deployment.loader import CodeSet, DeploymentRefused
from zato.deployment.loader.source import check_size

_GRACE_SECONDS = 0.75
# Of the time limit, for each further file; and at most so many times the limit
_SHARE_OF_ANOTHER = 0.1
_TIMES_MAX = 6
_START_SECONDS = 5.0
_RETRY_SECONDS = 0.01
_MIB = 1024 * 1024


class Checker:
    """Has files checked by the zygote that listens on `socket_path`, and starts one where there is none any more."""

    def __init__(
        self,
        socket_path: Path,
        *,
        owner: int,
        time_limit_seconds: float = 5.0,
        memory_limit_bytes: int = 1024 * _MIB,
        packages: Callable[[], Path | None] = lambda: None,
    ) -> None:
        """`owner` is the process that a new zygote lives as long as: gunicorn's master.

        `packages` is the directory of third-party packages that this server has now.
        """
        self._packages = packages
        self._socket_path = socket_path
        self._owner = owner
        self._time_limit_seconds = time_limit_seconds
        self._memory_limit_bytes = memory_limit_bytes

    def check(self, code: CodeSet, file_name: str, source: bytes, deployment_id: int) -> CheckResult:
        """Whether the file can be deployed beside what is in `code`. Answers within the time limit and a second, and
        a tenth of the limit more for each deployed file that it is tried with.

        Raises Unavailable where no check can be made at all.
        """
        return self.check_together(code, [CheckedFile(file_name, source, deployment_id)])

    def check_together(
        self,
        code: CodeSet,
        files: Sequence[CheckedFile],
        *,
        without: Collection[str] = (),
        packages: Path | None = None,
    ) -> CheckResult:
        """Whether `files` can be active together beside what is in `code`, of which the files `without` go.

        `packages` is a directory of third-party packages instead of those that this server has now.

        Answers and raises as `check` does, with a tenth of the time limit more for each further file that is tried.
        """
        changing = {file.file_name for file in files} | set(without)
        try:
            beside: set[str] = set()
            for file in files:
                check_size(file.file_name, file.source)
                beside |= files_to_try_with(code, file.file_name, file.source)
        except DeploymentRefused as error:
            return CheckResult(refusal=error.refusal)
        first, *along = files
        packages = packages or self._packages()
        others = sorted(beside - changing)
        request = CheckRequest(
            candidate=first,
            along=tuple(along),
            others=tuple(
                CheckedFile(name, code.files[name].source.data, code.files[name].source.deployment_id)
                for name in others
            ),
            service_owners={
                name: entry.file_name for name, entry in code.services.items() if entry.file_name not in changing
            },
            packages=None if packages is None else str(packages),
            time_limit_seconds=self._seconds_for(1 + len(along) + len(others)),
            memory_limit_bytes=self._memory_limit_bytes,
        )
        return self._ask(request)

    def _seconds_for(self, files: int) -> float:
        return self._time_limit_seconds * min(1 + _SHARE_OF_ANOTHER * (files - 1), _TIMES_MAX)

    def _ask(self, request: CheckRequest) -> CheckResult:
        file_name = request.candidate.file_name
        try:
            with self._connect() as connection:
                connection.settimeout(request.time_limit_seconds + _GRACE_SECONDS)
                send(connection, request)
                return receive_result(connection)
        except TimeoutError:
            return refused("import-timed-out", "Its check did not end in time.", file_name)
        except (EOFError, OSError, msgspec.DecodeError) as error:
            if isinstance(error, ConnectionError | EOFError):
                return refused("crashed", "Its check ended without a result.", file_name)
            raise Unavailable(f"The check of {file_name} is not possible now: {error}.", code="no-check") from error

    def _connect(self) -> socket.socket:
        connection = self._try_to_connect()
        if connection is not None:
            return connection
        self._start()
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            connection = self._try_to_connect()
            if connection is not None:
                return connection
            time.sleep(_RETRY_SECONDS)
        raise Unavailable(
            f"The process that checks deployments does not start at {self._socket_path}.", code="no-check"
        )

    def _try_to_connect(self) -> socket.socket | None:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.connect(str(self._socket_path))
        except (FileNotFoundError, ConnectionRefusedError):
            connection.close()
            return None
        return connection

    def _start(self) -> None:
        """The zygote of before has died. Of several that are started at once one stays."""
        starter = subprocess.Popen(
            [sys.executable, "-I", "-m", "zato.deployment.check", str(self._socket_path), str(self._owner)],
            stdin=subprocess.DEVNULL,
            cwd="/",
            env={name: os.environ[name] for name in ("PATH", "LANG", "TZ") if name in os.environ},
        )
        starter.wait()
