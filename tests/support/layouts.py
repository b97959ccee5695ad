"""Directories of clusters that do not run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from zato.host.layout import Layout
from zato.host.settings import ClusterSettings
from zato.pki.authority import Authority
from zato.pki.components import issue_missing


@contextmanager
def certified(cluster: ClusterSettings) -> Iterator[Layout]:
    """One with a CA and the certificates of all components, for one server."""
    with TemporaryDirectory(prefix="zato-") as short:  # the kernel takes 107 bytes for sockets
        layout = Layout(Path(short))
        authority = Authority(layout.pki)
        authority.create(cluster.name)
        issue_missing(authority, hosts=cluster.hosts, servers=1)
        yield layout
