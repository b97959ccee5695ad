"""The files that workers count in, with their space taken from the disk before anything is written to it.

prometheus-client maps files with holes into memory. On a full disk, writing to a hole ends the process (SIGBUS). Here a
file that cannot have its space is left as it is, and its worker counts on for itself alone.
"""

from __future__ import annotations

import mmap
import os
from io import BytesIO
from pathlib import Path
from typing import Any

from prometheus_client import values
from prometheus_client.mmap_dict import MmapedDict

from zato.host.logs import get_logger

_FIRST_BYTES = 1 << 16
# Length, padding and two doubles, beside the key
_VALUE_BYTES = 32
_log = get_logger("zato.server")


class _Process:
    """The id of this process, which a fork has anew."""

    def __init__(self) -> None:
        self.number = os.getpid()
        os.register_at_fork(after_in_child=self._forked)

    def _forked(self) -> None:
        self.number = os.getpid()


_process = _Process()


class AllocatedDict(MmapedDict):
    """prometheus-client's values of one file."""

    def __init__(self, filename: str, read_mode: bool = False) -> None:
        self._alone = False
        if not read_mode:
            try:
                _allocate(filename)
            except OSError as error:
                self._f = BytesIO()
                self._fname, self._positions = filename, {}
                self._used = 8
                self._count_alone(error, _FIRST_BYTES)
                return
        super().__init__(filename, read_mode)  # type: ignore[no-untyped-call]

    def _init_value(self, key: str) -> None:
        while self._used + len(key.encode()) + _VALUE_BYTES > self._capacity:
            self._grow(2 * self._capacity)
        super()._init_value(key)  # type: ignore[no-untyped-call]

    def _grow(self, capacity: int) -> None:
        if not self._alone:
            try:
                os.posix_fallocate(self._f.fileno(), 0, capacity)
            except OSError as error:
                self._count_alone(error, capacity)
            else:
                self._m: Any = mmap.mmap(self._f.fileno(), capacity)
                self._capacity = capacity
            return
        self._m += bytes(capacity - self._capacity)
        self._capacity = capacity

    def _count_alone(self, error: OSError, capacity: int) -> None:
        _log.warning("Metrics of this worker are not seen by others from now on", reason=str(error))
        known = bytes(self._m[: self._used]) if hasattr(self, "_m") else self._used.to_bytes(4, "little") + bytes(4)
        self._alone = True
        self._m = bytearray(known) + bytes(capacity - len(known))
        self._capacity = capacity

    def close(self) -> None:
        if self._alone:
            self._f.close()
        else:
            super().close()  # type: ignore[no-untyped-call]


def count_in(directory: Path) -> None:
    """Instruments of this process and its forks that are made from now on count in such files of `directory`.

    Without it they count for their own process alone.
    """
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(directory)  # asked by prometheus-client whenever it opens a file
    setattr(values, "MmapedDict", AllocatedDict)  # noqa: B010 - the module does not export it
    values.ValueClass = values.MultiProcessValue(lambda: _process.number)  # type: ignore[no-untyped-call]


def _allocate(filename: str) -> None:
    descriptor = os.open(filename, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if os.fstat(descriptor).st_size == 0:
            os.posix_fallocate(descriptor, 0, _FIRST_BYTES)
    except OSError:
        # Other processes would read whatever part of it there was space for
        os.ftruncate(descriptor, 0)
        raise
    finally:
        os.close(descriptor)
