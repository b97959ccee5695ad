"""What HAProxy is, was, and is not to be started from: whole sets of files, kept beside each other."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import msgspec
from msgspec import Struct

from zato.agent.haproxy.names import ANSWERING, CLIENT_AUTHORITIES, CONFIGURATION, OWN
from zato.host.files import read_plain, write_atomically
from zato.host.layout import Layout

_FRAME = re.compile(rb"^    description (\S+)$", re.MULTILINE)
_SERVER = re.compile(rb"^    server (\S+) ", re.MULTILINE)
_REFUSED = "refused.json"


class Generation(StrEnum):
    """Sets of files that are kept, by the name of their directory."""

    GOOD = "good"
    """With which HAProxy has served last."""
    BEFORE = "before"
    """With which it did before that."""


@dataclass(frozen=True, slots=True)
class Files:
    """Everything that HAProxy is started from."""

    text: bytes
    """haproxy.cfg."""
    authorities: bytes
    """Issuers of clients' certificates."""
    own: Mapping[str, bytes]
    """What administrators have added, by name of the file."""
    answering: bytes = b""
    """answer.lua; empty in a set of a release that had none."""

    @property
    def frame(self) -> str:
        """Stands for all but the servers: see zato.agent.haproxy.render."""
        found = _FRAME.search(self.text)
        return "" if found is None else found[1].decode()

    @property
    def servers(self) -> frozenset[str]:
        """Names of the cluster's servers."""
        return frozenset(name.decode() for name in _SERVER.findall(self.text))

    def digest(self) -> str:
        """The same for the same files."""
        return digest(self.text, self.authorities, self.answering, *flat(self.own))


class Refusal(Struct, frozen=True, kw_only=True):
    """Files that are not to be used, and why; it holds until others are wanted."""

    frame: str
    reason: str


def files_in(directory: Path) -> Files | None:
    """Those of a directory; None where there are none."""
    try:
        text, authorities = read_plain(directory / CONFIGURATION), read_plain(directory / CLIENT_AUTHORITIES)
    except FileNotFoundError:
        return None
    own = {path.name: read_plain(path) for path in sorted((directory / OWN).glob("*.cfg"))}
    answering = directory / ANSWERING
    return Files(text, authorities, own, read_plain(answering) if answering.exists() else b"")


def put(layout: Layout, files: Files) -> None:
    """From now on these are what HAProxy is started from."""
    layout.haproxy_socket.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write(layout.haproxy, files)


def keep(layout: Layout, generation: Generation, files: Files) -> None:
    """For the time when they are needed again."""
    _write(layout.haproxy / generation, files)


def kept(layout: Layout, generation: Generation) -> Files | None:
    """What `keep` has put there last."""
    return files_in(layout.haproxy / generation)


def refuse(layout: Layout, refusal: Refusal | None) -> None:
    """These files are not tried again; None: there are no such files any more."""
    path = layout.haproxy / _REFUSED
    if refusal is None:
        path.unlink(missing_ok=True)
    else:
        write_atomically(path, msgspec.json.encode(refusal))


def refused(layout: Layout) -> Refusal | None:
    """What was refused last."""
    try:
        return msgspec.json.decode(read_plain(layout.haproxy / _REFUSED), type=Refusal)
    except (OSError, msgspec.DecodeError):
        return None


def flat(own: Mapping[str, bytes]) -> Iterator[bytes]:
    """Names and contents of files, in their order."""
    for name, data in sorted(own.items()):
        yield name.encode()
        yield data


def digest(*parts: bytes) -> str:
    """Of parts whose borders count."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(hashlib.sha256(part).digest())
    return whole.hexdigest()


def _write(directory: Path, files: Files) -> None:
    own = directory / OWN
    own.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_atomically(directory / CLIENT_AUTHORITIES, files.authorities)
    if files.answering:
        write_atomically(directory / ANSWERING, files.answering)
    for name, data in files.own.items():
        write_atomically(own / name, data)
    for path in own.glob("*.cfg"):
        if path.name not in files.own:
            path.unlink()
    write_atomically(directory / CONFIGURATION, files.text)
