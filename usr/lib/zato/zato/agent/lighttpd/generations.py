"""What lighttpd is, was, and is not to be started from: whole sets of files, kept beside each other."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

import msgspec
from msgspec import Struct

from zato.agent.lighttpd.names import CLIENT_CA, CONFIGURATION, REQUEST_SCRIPT, RESPONSE_SCRIPT
from zato.host.files import read_plain, write_atomically

Files = Mapping[str, bytes]
"""Contents by name."""
# The configuration comes last: whoever looks whether there is something new looks at it
_NAMES = (REQUEST_SCRIPT, RESPONSE_SCRIPT, CLIENT_CA, CONFIGURATION)
_REFUSED = "refused.json"


class Generation(StrEnum):
    """Sets of files that are kept, by the name of their directory."""

    GOOD = "good"
    """With which lighttpd has served last."""
    BEFORE = "before"
    """With which it did before that."""


class Refusal(Struct, frozen=True, kw_only=True):
    """Files that are not to be used, and why; it holds until others are wanted."""

    digest: str
    reason: str


def digest(files: Files) -> str:
    """The same for the same files."""
    whole = hashlib.sha256()
    for name in sorted(files):
        whole.update(hashlib.sha256(name.encode()).digest() + hashlib.sha256(files[name]).digest())
    return whole.hexdigest()


def files_in(directory: Path) -> Files | None:
    """Those of a directory; None where there are none, or not all."""
    try:
        return {name: read_plain(directory / name) for name in _NAMES}
    except FileNotFoundError:
        return None


def put(directory: Path, files: Files) -> None:
    """These are what the lighttpd of `directory` is started from. It reads scripts again at once."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in _NAMES:
        write_atomically(directory / name, files[name])


def keep(directory: Path, generation: Generation, files: Files) -> None:
    """For the time when they are needed again."""
    put(directory / generation, files)


def kept(directory: Path, generation: Generation) -> Files | None:
    """What `keep` has put there last."""
    return files_in(directory / generation)


def refuse(directory: Path, refusal: Refusal | None) -> None:
    """These files are not tried again; None: there are no such files any more."""
    path = directory / _REFUSED
    if refusal is None:
        path.unlink(missing_ok=True)
    else:
        write_atomically(path, msgspec.json.encode(refusal))


def refused(directory: Path) -> Refusal | None:
    """What was refused last."""
    try:
        return msgspec.json.decode(read_plain(directory / _REFUSED), type=Refusal)
    except (OSError, msgspec.DecodeError):
        return None
