"""Levels of single loggers: logging.toml, which may change while processes run."""

from __future__ import annotations

import logging
import time
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import msgspec

from zato.core.mismatches import mismatches
from zato.host.files import read_plain
from zato.host.settings import LogLevel

_LOOK_SECONDS = 1.0
_NUMBERS = {name.lower(): number for name, number in logging.getLevelNamesMapping().items()}
_Signature = tuple[int, int, int] | None


class LoggingSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What logging.toml says."""

    levels: dict[str, LogLevel] = {}
    """By the name of a logger, which stands for those below it too: `zato` for `zato.server`."""


class LogLevels:
    """Follows the file: whoever asks looks at it again, once a second at most. What cannot be read changes nothing."""

    def __init__(self, path: Path, complain: Callable[[str], None]) -> None:
        """`complain` is told once of each state of the file that cannot be used, and why."""
        self._path = path
        self._complain = complain
        self._next_look = 0.0
        self._seen: _Signature = None
        self._levels: Mapping[str, int] = MappingProxyType({})
        self._known: dict[str, int | None] = {}

    def of(self, logger: str) -> int | None:
        """The level that is set for a logger, or for the nearest one above it; None where there is none."""
        now = time.monotonic()
        if now >= self._next_look:
            self._next_look = now + _LOOK_SECONDS
            self._look()
        if not self._levels:
            return None
        known = self._known
        if logger not in known:
            known[logger] = nearest(self._levels, logger)
        return known[logger]

    def _look(self) -> None:
        signature = _signature(self._path)
        if signature == self._seen:
            return
        self._seen = signature
        try:
            levels = read(self._path) if signature is not None else {}
        except (OSError, ValueError) as error:  # TOML's, UTF-8's and msgspec's errors are ValueErrors
            self._complain(str(error))
            return
        for name in self._levels.keys() - levels.keys():
            logging.getLogger(name).setLevel(logging.NOTSET)
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
        self._known = {}
        self._levels = MappingProxyType(levels)


def read(path: Path) -> dict[str, int]:
    """The levels that a file sets. Raises OSError, and ValueError that names each logger whose level is none."""
    values = tomllib.loads(read_plain(path, follow=True).decode("utf-8"))
    try:
        settings = msgspec.convert(values, LoggingSettings)
    except msgspec.ValidationError as error:
        mismatched = mismatches(values, LoggingSettings).found
        raise ValueError("; ".join(f"{each.path}: {each.reason}" for each in mismatched)) from error
    return {name: _NUMBERS[level] for name, level in settings.levels.items() if name}


def nearest(levels: Mapping[str, int], logger: str) -> int | None:
    """That of the logger itself, or of the nearest one above it."""
    while logger not in levels:
        logger, _, below = logger.rpartition(".")
        if not below or not logger:
            return levels.get(logger)
    return levels[logger]


def _signature(path: Path) -> _Signature:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
