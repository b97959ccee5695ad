"""What this machine has of a cluster that it has joined, also where joining or leaving broke off in between."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterable
from pathlib import Path

from zato.appliance import certificates
from zato.appliance.create import MAKES_A_CLUSTER
from zato.core.errors import SetupError
from zato.host.layout import Layout
from zato.host.settings import load_cluster

_AUTHORITY_KEY = "ca.key"


def check_has_joined(layout: Layout, *, force: bool) -> None:
    """Raises SetupError where there is no cluster to leave; with `force`, what an earlier attempt has left is one."""
    if force and not layout.settings.exists() and layout.pki.exists() and not _has_authority(layout):
        return
    if not load_cluster(layout).has_joined:
        raise SetupError("This machine has not joined a cluster: it is the one with the CA.", code="not-joined")


def check_may_join(layout: Layout, number: int) -> None:
    """Raises SetupError where this machine is part of a cluster already, and not as server `number`.

    One that has lost the certificate by which it was a server, or has several, joins again, under whatever number.
    """
    if (layout.pki / _AUTHORITY_KEY).exists():
        raise SetupError(
            f"{layout.pki} has a CA's key, which is of a cluster of this machine's own. Move it away, with the rest of "
            "that cluster, if it is not needed any more.",
            code="cluster-here",
        )
    if not layout.settings.exists():
        return
    try:
        mine = certificates.joined_number(layout)
    except SetupError as error:
        if error.code != "no-server-certificate":
            raise
        check_has_joined(layout, force=False)
        return
    if mine != number:
        raise SetupError(
            f"This machine is server {mine} of a cluster already; to leave it run: zato server leave",
            code="already-joined",
        )


def numbers(layout: Layout) -> list[int]:
    """Numbers of the servers that this machine has anything of: one, unless something broke off."""
    directories = (path for base in (layout.configuration, layout.root) for path in base.glob("server-*"))
    names = (path.name.removeprefix("server-") for path in directories if path.is_dir())
    return sorted({*certificates.numbers(layout), *(int(name) for name in names if name.isdecimal())})


def whole(layout: Layout, servers: Collection[int]) -> list[Path]:
    """Keys, secrets, settings and code of the cluster, in the order in which they are to go.

    First the settings, by which the machine is part of a cluster, and last the certificates, which tell what it was:
    what breaks off in between can be repeated. What is root's of the packages is not among them.
    """
    parts = [path for number in servers for path in of_server(layout, number)]
    return [layout.settings, layout.secret_key, *parts, layout.odb.parent, layout.pki]


def of_server(layout: Layout, number: int) -> list[Path]:
    """Directories of one server."""
    paths = layout.server(number)
    return [paths.config, paths.root, paths.lighttpd, paths.run]


def remove(paths: Iterable[Path]) -> None:
    """Files and directories, one after the other."""
    for path in paths:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _has_authority(layout: Layout) -> bool:
    """The CA's key itself may be kept elsewhere."""
    return MAKES_A_CLUSTER.exists() or (layout.pki / _AUTHORITY_KEY).exists()
