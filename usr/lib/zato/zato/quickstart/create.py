"""Makes a cluster: directories, settings, certificates, keys, the ODB with its first items."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from zato.cluster.odb_identity import identity_of
from zato.config.administrators import is_administrator
from zato.config.bulk import current_values
from zato.config.publisher import Publisher
from zato.config.secrets import SecretBox, create_key, load_key
from zato.config.writer import Author
from zato.core.clock import SystemClock
from zato.core.correlation import new_cid
from zato.core.errors import SetupError, Unavailable
from zato.core.own_principals import QUICKSTART
from zato.core.principal import Role
from zato.host.cluster_toml import write_cluster
from zato.host.files import write_atomically
from zato.host.git import GitRepository
from zato.host.layout import Layout
from zato.host.programs import check_programs
from zato.host.server_toml import new_text
from zato.host.settings import ClusterSettings, load_cluster, load_server, parse_toml, with_odb
from zato.odb import cluster_identity, migrate
from zato.odb.address import parse
from zato.odb.log import ConfigurationLog
from zato.odb.opening import open_odb
from zato.pki.authority import Authority
from zato.pki.certificate_names import check_host, is_host
from zato.pki.components import issue_missing
from zato.pki.names import ADMIN, CONSOLE
from zato.quickstart.preflight import check_directory

Say = Callable[[str], None]


def create(layout: Layout, settings: ClusterSettings, server_values: Mapping[str, Any], say: Say) -> None:
    """Make whatever of the cluster is not there yet, servers with these settings. What exists is not changed."""
    check_directory(layout)
    check_programs()
    layout.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    for directory in (layout.run, layout.haproxy_socket.parent):
        directory.mkdir(mode=0o700, exist_ok=True)
    layout.haproxy.mkdir(mode=0o700, exist_ok=True)
    existed = layout.settings.exists()
    if not existed:
        say(f"Creating the cluster in {layout.root}")
        # Before anything is written: what is there once is not replaced by the corrected command
        for host in settings.hosts:
            check_host(host)
        _check_odb(settings)
        _make_odb(layout, settings)
        # With it there is a cluster: an ODB that it has lost is not made again
        write_cluster(layout, settings)
    cluster = load_cluster(layout)
    issue_certificates(layout, cluster, say)
    for number in range(1, cluster.servers + 1):
        _create_server(layout, number, server_values)
    try:
        register(layout, cluster, range(1, cluster.servers + 1), say)
    except Unavailable as error:
        if not existed:
            raise
        say(f"What the cluster has is left as it is: {error.message}")  # servers go on with what they know


def refuse_other_settings(layout: Layout, given: Mapping[str, object]) -> None:
    """Raises SetupError where the cluster exists already and one of the settings that were given is another one."""
    if not layout.settings.exists():
        return
    cluster = load_cluster(layout)
    for name, value in given.items():
        first = layout.server(1)
        holder: msgspec.Struct = load_server(layout, 1) if name == "workers" else cluster
        file = first.settings if name == "workers" else layout.settings
        if getattr(holder, name) != value:
            raise SetupError(
                f"The cluster in {layout.root} exists with {name} {_shown(name, getattr(holder, name))}; "
                f"to change that, edit {file}.",
                code="cluster-exists",
            )


def _shown(name: str, value: object) -> str:
    if name == "odb":
        return parse(str(value)).label  # it may have a password
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _check_odb(settings: ClusterSettings) -> None:
    """The URL is one, and a server that it names answers."""
    if not settings.odb:
        return
    database = open_odb(settings)
    try:
        if database.file is None:
            migrate.current_version(database)
    finally:
        database.dispose()


def _make_odb(layout: Layout, settings: ClusterSettings) -> None:
    database = open_odb(with_odb(settings, layout))
    try:
        migrate.init(database, settings.name)
    finally:
        database.dispose()


def issue_certificates(layout: Layout, cluster: ClusterSettings, say: Say) -> None:
    """Issue what the cluster lacks, for its host names as they are now; the CA too, where there is none."""
    authority = Authority(layout.pki)
    if not authority.exists():
        say("Creating the certificate authority")
        authority.create(cluster.name)
    own = socket.gethostname()
    hosts = tuple(dict.fromkeys((*cluster.hosts, *((own,) if is_host(own) else ()))))
    issued = issue_missing(authority, hosts=hosts, servers=cluster.servers)
    if issued:
        say(f"Certificates issued: {', '.join(issued)}")


def _create_server(layout: Layout, number: int, values: Mapping[str, Any]) -> None:
    """Also where an earlier attempt came only so far."""
    paths = layout.server(number)
    for directory in (paths.root, paths.pickup, paths.run, paths.lighttpd, paths.config):
        directory.mkdir(mode=0o700, exist_ok=True)
    write_server_settings(layout, number, values)


def write_server_settings(layout: Layout, number: int, values: Mapping[str, Any]) -> None:
    """Settings of server `number`, under version control, where it has none; those that it has lost are restored."""
    paths = layout.server(number)
    repository = GitRepository(paths.config)
    if not paths.settings.exists():
        kept = repository.show("HEAD", paths.settings.name)
        write_atomically(paths.settings, new_text(values).encode() if kept is None else kept, mode=0o640)
    repository.create(f"Configuration of server {number} as created")


def register(layout: Layout, cluster: ClusterSettings, numbers: Iterable[int], say: Say) -> None:
    """The ODB has this release's tables, these servers, and an administrator.

    Raises Unavailable where it is away, or was lost.
    """
    database = open_odb(cluster)
    try:
        migrate.upgrade_existing(database, cluster.name)
        log = ConfigurationLog(database)
        # Once there are items, a new key would only hide that the one which encrypted their secrets is lost.
        key = load_key(layout.secret_key) if log.revision() else create_key(layout.secret_key)
        cluster_identity.require(database, identity_of(layout, key))
        publisher = Publisher(log, SecretBox(key), SystemClock())
        by = Author(QUICKSTART, new_cid())
        items = current_values(log.items())
        for number in numbers:
            if ("server", f"server-{number}") not in items:
                if cluster.has_joined:  # its item was made when it joined
                    raise SetupError(
                        f"Server {number} was removed from the cluster. To have this machine back in it, run here: "
                        "zato server leave --force, on the cluster's first machine: zato server create --token, and "
                        "here: zato server join TOKEN",
                        code="server-removed",
                    )
                publisher.create("server", f"server-{number}", {"host": cluster.host, **_values(layout, number)}, by=by)
        # By its subject, which stays the same when the certificate is renewed
        if ("security-tls", CONSOLE) not in items and not cluster.has_joined:
            viewer = {"subject": f"CN={CONSOLE}", "roles": [Role.VIEWER.value]}
            publisher.create("security-tls", CONSOLE, viewer, by=by)
        admin = {"subject": f"CN={ADMIN}", "roles": [Role.ADMIN.value]}
        now = SystemClock().now()
        if ("security-tls", ADMIN) not in items:
            publisher.create("security-tls", ADMIN, admin, by=by)
        elif not any(is_administrator(kind, value, now) for (kind, _), (_, value) in items.items()):
            say(f"No administrator is left, so the security definition {ADMIN} is made one again")
            publisher.update("security-tls", ADMIN, admin, by=by)
    finally:
        database.dispose()


def _values(layout: Layout, number: int) -> dict[str, Any]:
    path = layout.server(number).settings
    return parse_toml(path, path.read_bytes()) if path.exists() else {}
