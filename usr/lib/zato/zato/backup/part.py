"""One part of a backup: what keeps something of its own says here how it is saved, and how it comes back."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from zato.backup.manifest import Manifest, Table
from zato.host.children import Account
from zato.host.layout import Layout
from zato.host.settings import ClusterSettings


@dataclass(frozen=True, slots=True)
class Place:
    """The cluster that is saved, or that is to be. `account` is the servers' user where this is root and they are not.

    `aside` is where what was there before is kept, by the names of `Layout`, where a cluster is replaced.
    """

    layout: Layout
    cluster: ClusterSettings
    servers: tuple[int, ...]
    account: Account | None
    aside: Layout | None = None


@dataclass(frozen=True, slots=True)
class OdbFacts:
    """What the manifest says of the ODB's copy."""

    database: str
    version: str
    revision: int
    tables: dict[str, Table]


@dataclass(frozen=True, slots=True)
class Saved:
    """How much was saved, and sentences on what is not included."""

    counts: dict[str, int] = field(default_factory=dict)
    not_included: tuple[str, ...] = ()
    odb: OdbFacts | None = None


class Part(Protocol):
    """Its files are in a directory of its own; where `as_servers` says so, that belongs to the servers' user."""

    @property
    def name(self) -> str:
        """Begins the names of its files in the archive."""
        ...

    @property
    def as_servers(self) -> bool: ...

    def save(self, place: Place, directory: Path) -> Saved:
        """Everything is in `directory`, as it was at one moment, while the cluster runs. Raises ZatoError, OSError."""
        ...

    def load(self, place: Place, directory: Path, manifest: Manifest) -> list[str]:
        """Everything is where it belongs, on a place without a cluster. Sentences on what is not as it was."""
        ...
