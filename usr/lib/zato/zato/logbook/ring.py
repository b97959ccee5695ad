"""The log of a quickstart: files of JSON lines, of which the oldest goes when there are too many.

Files are numbered and only added to, so a place in the log is the number of a file and an offset in it, which stays
true however often another file was begun.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FILE_BYTES_MAX = 8 * 1024 * 1024
FILES_MAX = 4
_NAME = re.compile(r"([0-9]{8})\.jsonl")


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Before the line that begins there."""

    file: int
    offset: int


class RingWriter:
    """Adds whole lines. One process does, and begins a file of its own."""

    def __init__(self, directory: Path, *, file_bytes_max: int = FILE_BYTES_MAX, files_max: int = FILES_MAX) -> None:
        self._directory = directory
        self._file_bytes_max = file_bytes_max
        self._files_max = files_max
        self._descriptor: int | None = None
        self._bytes = 0

    def write(self, data: bytes) -> None:
        """Add lines, each with its end. Raises OSError; what comes later is added to another file then."""
        try:
            if self._descriptor is None or self._bytes >= self._file_bytes_max:
                self._begin()
            assert self._descriptor is not None
            while data:
                written = os.write(self._descriptor, data)
                self._bytes += written
                data = data[written:]
        except OSError:
            self.close()  # half a line may be there
            raise

    def close(self) -> None:
        """What follows is added to another file."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _begin(self) -> None:
        self.close()
        self._directory.mkdir(mode=0o700, exist_ok=True)
        numbers = files(self._directory)
        for old in numbers[: max(0, len(numbers) - self._files_max + 1)]:
            path_of(self._directory, old).unlink(missing_ok=True)
        path = path_of(self._directory, numbers[-1] + 1 if numbers else 1)
        self._descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        self._bytes = 0


def files(directory: Path) -> list[int]:
    """Numbers of the files that there are, oldest first."""
    try:
        names = [path.name for path in directory.iterdir()]
    except FileNotFoundError:
        return []
    return sorted(int(found[1]) for name in names if (found := _NAME.fullmatch(name)))


def path_of(directory: Path, number: int) -> Path:
    """Where the file with that number is."""
    return directory / f"{number:08}.jsonl"


def end_of(directory: Path) -> Place:
    """Where what comes next will stand, or before all of it."""
    numbers = files(directory)
    if not numbers:
        return Place(0, 0)
    try:
        return Place(numbers[-1], path_of(directory, numbers[-1]).stat().st_size)
    except FileNotFoundError:
        return Place(numbers[-1], 0)


def backwards(directory: Path, before: Place) -> Iterator[tuple[Place, bytes]]:
    """Lines that begin before a place, last ones first, each with its own place; in blocks, whatever the size."""
    for number in reversed(files(directory)):
        if number > before.file:
            continue
        try:
            with path_of(directory, number).open("rb") as file:
                end = file.seek(0, os.SEEK_END)
                yield from _file_backwards(
                    file.fileno(), number, min(end, before.offset) if number == before.file else end
                )
        except FileNotFoundError:  # it went while newer ones were read
            return


def forwards(directory: Path, after: Place) -> Iterator[tuple[Place, bytes]]:
    """Whole lines after a place, each with the place behind it. What has gone meanwhile is left out."""
    for number in files(directory):
        if number < after.file:
            continue
        offset = after.offset if number == after.file else 0
        try:
            with path_of(directory, number).open("rb") as file:
                file.seek(offset)
                for line in file:
                    if not line.endswith(b"\n"):  # it is being written, or never was to its end
                        break
                    offset += len(line)
                    yield Place(number, offset), line[:-1]
        except FileNotFoundError:
            continue


_BLOCK_BYTES = 256 * 1024


def _file_backwards(descriptor: int, number: int, end: int) -> Iterator[tuple[Place, bytes]]:
    rest = b""  # what begins before the block that was read last
    start = end
    while start > 0:
        size = min(_BLOCK_BYTES, start)
        start -= size
        block = os.pread(descriptor, size, start) + rest
        first = block.find(b"\n") + 1 if start else 0
        if start and not first:
            rest = block
            continue
        rest = block[:first]
        place = start + len(block)
        lines = block[first:].split(b"\n")
        if lines[-1]:  # no end yet
            place -= len(lines[-1])
        lines.pop()
        for line in reversed(lines):
            place -= len(line) + 1
            yield Place(number, place), line
