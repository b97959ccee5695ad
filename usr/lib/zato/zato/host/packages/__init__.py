"""Packages for services on this machine: sets that are complete or not there, each in a directory of its own."""

from __future__ import annotations

from zato.host.layout import Layout
from zato.host.packages.pip import TIME_LIMIT_SECONDS, Fetch, Pip
from zato.host.packages.sets import RETRY_SECONDS, PackageSet, PackageSets, packages_busy
from zato.host.settings import ClusterSettings

__all__ = ["RETRY_SECONDS", "PackageSet", "PackageSets", "Pip", "packages_busy", "pip_of"]


def pip_of(
    layout: Layout, settings: ClusterSettings, *, seconds: float = TIME_LIMIT_SECONDS, fetch: Fetch | None = None
) -> Pip:
    """pip as this machine is set up for it, with the cluster's own wheels, which `fetch` gets.

    Without it those that this machine has are used.
    """
    return Pip(
        layout.packages / "cache",
        index_url=settings.packages_index_url,
        find_links=settings.packages_find_links,
        wheels=layout.packages / "wheels",
        fetch=fetch,
        seconds=seconds,
    )
