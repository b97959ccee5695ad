"""The configuration on disk, to start from when the ODB is away, along with the sources of deployments."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Collection, Iterable, Iterator
from hashlib import sha256
from pathlib import Path

import msgspec

from zato.config.codec import encode
from zato.config.configuration import Configuration
from zato.core.errors import ZatoError
from zato.host.logs import get_logger
from zato.odb.log import StoredItem

_FORMAT = 1


# Of so many items, each takes microseconds
_ITEMS_AT_ONCE = 50


class _SavedItem(msgspec.Struct, frozen=True, array_like=True, gc=False):
    kind: str
    name: str
    revision: int
    data: str


class _Saved(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: int
    revision: int
    items: tuple[_SavedItem, ...]


class DiskSnapshot:
    """A file with the configuration (secrets encrypted, mode 0600), beside it a directory of sources by their SHA-256.

    Files are replaced whole, so a reader, or a process that starts after a crash, sees the old or the new one. Any
    number of processes may save at the same time.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._sources = path.with_suffix(".sources")
        self._logger = get_logger("zato.config.disk")

    def save(self, configuration: Configuration, pause: Callable[[], None] = lambda: None) -> None:
        """Keeps the configuration; one that is older than what is there replaces it too.

        `pause` is called again and again meanwhile, where there are many items.
        """
        _replace(self._path, _parts(configuration, pause))

    def load(self, kinds: Collection[str] | None = None) -> Configuration | None:
        """What was saved last; None where nothing was, or where it cannot be read (which is logged).

        With `kinds` it has items of these only: there may be very many others.
        """
        try:
            saved = msgspec.json.decode(self._path.read_bytes(), type=_Saved)
            if saved.format != _FORMAT:
                raise msgspec.ValidationError(f"format {saved.format} is not {_FORMAT}")
            stored = (StoredItem(item.kind, item.name, item.revision, item.data) for item in saved.items)
            return Configuration.from_items(saved.revision, stored, kinds)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.DecodeError, ZatoError) as error:
            self._logger.warning("The snapshot on disk cannot be read", path=str(self._path), reason=str(error))
            return None

    def save_source(self, source: bytes) -> str:
        """Keeps the source of a deployment and returns its SHA-256."""
        digest = sha256(source).hexdigest()
        path = self._sources / digest
        if not path.exists():
            self._sources.mkdir(mode=0o700, exist_ok=True)
            _replace(path, [source])
        return digest

    def load_source(self, digest: str) -> bytes | None:
        """The source with that SHA-256; None where it is not there or was damaged."""
        try:
            source = (self._sources / Path(digest).name).read_bytes()
        except OSError:
            return None
        return source if sha256(source).hexdigest() == digest else None

    def save_beside_source(self, name: str, make: Callable[[], bytes]) -> None:
        """Keeps what was made of a source, under a name that stands for nothing else, unless it is there."""
        path = self._sources / Path(name).name
        if not path.exists():
            _replace(path, [make()])

    def load_beside_source(self, name: str) -> bytes | None:
        """What was kept under this name."""
        try:
            return (self._sources / Path(name).name).read_bytes()
        except OSError:
            return None

    def forget_sources(self, keep: Iterable[str]) -> None:
        """Deletes all sources, and what was made of them, but what has these names."""
        kept = set(keep)
        if self._sources.is_dir():
            for path in self._sources.iterdir():
                if path.name not in kept and not path.name.startswith("."):
                    path.unlink(missing_ok=True)


def _parts(configuration: Configuration, pause: Callable[[], None]) -> Iterator[bytes]:
    """What a _Saved is encoded as, never in memory as a whole."""
    yield b'{"format":%d,"revision":%d,"items":[' % (_FORMAT, configuration.revision)
    items = [item for kind in configuration.items for item in configuration.all(kind)]
    for start in range(0, len(items), _ITEMS_AT_ONCE):
        if start:
            yield b","
            pause()
        saved = (
            _SavedItem(item.kind, item.name, item.revision, encode(item.kind, item.value))
            for item in items[start : start + _ITEMS_AT_ONCE]
        )
        yield b",".join(map(msgspec.json.encode, saved))
    yield b"]}"


def _replace(path: Path, parts: Iterable[bytes]) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())  # before the rename, or a power cut may leave an empty file under the real name
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
