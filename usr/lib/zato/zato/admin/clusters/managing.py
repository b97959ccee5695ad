"""Clusters beside the console's own: kept in its own file, with nothing by which anybody could sign in to them."""

from __future__ import annotations

import threading
from pathlib import Path

from django.conf import settings
from django.utils.timezone import now
from urllib3.util import parse_url

from zato.admin.console import Cluster, Console, console
from zato.admin.guarded import GuardedTransport
from zato.admin.store.models import ManagedCluster
from zato.client.authority import authority_at
from zato.client.transport import HttpsTransport
from zato.core.errors import Conflict, NotFound, SetupError, ZatoError
from zato.host.files import write_atomically
from zato.host.logs import get_logger

_TRY_SECONDS = 5.0
_changing = threading.Lock()
_log = get_logger("zato.admin")


def with_others(own: Console, directory: Path, *, connections: int) -> Console:
    """The console with those clusters that were added. One that cannot be used is left out, and the log says why."""
    others = {}
    for row in ManagedCluster.objects.all():
        try:
            others[row.name] = _cluster(row, directory, connections)
        except (ZatoError, OSError) as error:
            _log.warning("A cluster cannot be managed by the console", cluster=row.name, reason=str(error))
    return Console({**others, own.home.name: own.home}, own.home)


def add(name: str, url: str, fingerprint: str, by: str, directory: Path, *, connections: int) -> Cluster:
    """It is managed from now on, where it has that CA and is reached by its name.

    Raises Conflict for a name that there is, and SetupError or Unavailable where it is not the one, or does not answer.
    """
    _check_new(name)
    parsed = parse_url(url)
    authority = authority_at((parsed.host or "").strip("[]"), parsed.port or 443, fingerprint)
    row = ManagedCluster(name=name, url=url, authority=authority.decode("ascii"), added=now(), added_by=by)
    cluster = _cluster(row, directory, connections)
    reply = cluster.people.request("GET", "/zato/ping", None, {}, timeout_seconds=_TRY_SECONDS)
    if reply.status != 200:
        raise SetupError(f"What answers at {url} is no cluster of Zato's: it says {reply.status}.", code="no-cluster")
    with _changing:
        _check_new(name)
        row.save(force_insert=True)
        present = console()
        settings.CONSOLE = Console({**present.clusters, name: cluster}, present.home)
    _log.info("A cluster was added to the console", cluster=name, url=url, principal=by)
    return cluster


def remove(name: str, by: str, directory: Path) -> None:
    """It is managed no more. Raises Conflict for the console's own, and NotFound."""
    if name == console().home.name:
        raise Conflict("The console's own cluster cannot be removed: the console is a part of it.", code="own-cluster")
    with _changing:
        gone, _ = ManagedCluster.objects.filter(name=name).delete()
        if not gone:
            raise NotFound("This console manages no cluster of that name.", code="no-such-cluster")
        present = console()
        others = {other: cluster for other, cluster in present.clusters.items() if other != name}
        settings.CONSOLE = Console(others, present.home)
        _authority_file(directory, name).unlink(missing_ok=True)
    _log.info("A cluster was removed from the console", cluster=name, principal=by)


def _check_new(name: str) -> None:
    if name.lower() in {other.lower() for other in console().clusters} or ManagedCluster.objects.filter(name=name):
        raise Conflict(f"There is a cluster called {name} already; choose another name.", code="cluster-exists")


def _cluster(row: ManagedCluster, directory: Path, connections: int) -> Cluster:
    path = _authority_file(directory, row.name)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_atomically(path, row.authority.encode("ascii"))
    transport = GuardedTransport(
        row.name, HttpsTransport(row.url, ca=path, certificate=None, key=None, connections=connections)
    )
    # It knows nobody but those who sign in
    return Cluster(row.name, row.url, transport, transport, row.added.isoformat())


def _authority_file(directory: Path, name: str) -> Path:
    return directory / "authorities" / f"{name}.crt"
