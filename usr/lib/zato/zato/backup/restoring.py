"""From one file to a cluster, where there is none, or in the place of one."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from zato.backup import reading, swap
from zato.backup.machine import Machine
from zato.backup.manifest import Manifest
from zato.backup.part import Place
from zato.backup.parts import PARTS
from zato.backup.parts.odb_files import put_back
from zato.backup.parts.settings import SETTINGS, SETTINGS_FILE
from zato.backup.quickstart import Quickstart
from zato.backup.workspace import give, workspace
from zato.core.errors import Conflict, InvalidInput, SetupError, ZatoError
from zato.host.children import Account, owner_of
from zato.host.cluster_toml import replace_odb
from zato.host.identity import as_owner_of
from zato.host.layout import Layout
from zato.host.settings import ClusterSettings, cluster_settings, load_cluster
from zato.odb import migrate, restored
from zato.odb.address import parse
from zato.odb.dumps.facts import facts_of
from zato.odb.opening import open_odb

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored, what in it differs from before, where the replaced cluster is now, and how to start it."""

    manifest: Manifest
    remarks: tuple[str, ...]
    aside: tuple[Path, ...]
    started: str


def restore(
    layout: Layout,
    source: Path,
    now: datetime,
    say: Say,
    *,
    passphrase: bytes | None = None,
    odb: str | None = None,
    replace: bool = False,
    start: bool = True,
) -> Restored:
    """The cluster is there again, with all that would go out held.

    Nothing is touched before all of the file was checked; what fails later is undone, but for the tables that are
    replaced on a database server. Raises InvalidInput where the file is no backup of this release or one before;
    Conflict where there is a cluster, unless it is to be replaced; SetupError; OSError.
    """
    machine = machine_of(layout)
    with reading.opened(source, passphrase) as reader:
        manifest = reader.manifest()
        _check_kind(layout, manifest)
        _check_free(layout, replace=replace)
        machine.check()
        parent = _existing(layout.root if layout.is_appliance else layout.root.parent)
        account = _servers_user(layout)
        with workspace(parent, ".zato-restore-", account) as directory:
            _check_room(directory, manifest)
            reader.extract(manifest, directory)
            cluster = _settings(directory, layout, odb)
            with put_back(directory, _settings(directory, layout, None), account, say):
                _check_database(cluster, layout, manifest, replace=replace)
                say("The file is whole, and nothing was touched yet")
                files = _Files(directory, manifest, now)
                remarks, aside = _put_in_place(machine, layout, cluster, account, files, odb=odb, say=say)
    started = machine.start(manifest.servers) if start else "It was not started."
    return Restored(manifest, remarks, aside, started)


@dataclass(frozen=True, slots=True)
class _Files:
    """All that a backup has, extracted into `directory`."""

    directory: Path
    manifest: Manifest
    now: datetime


def _put_in_place(
    machine: Machine,
    layout: Layout,
    cluster: ClusterSettings,
    account: Account | None,
    files: _Files,
    *,
    odb: str | None,
    say: Say,
) -> tuple[tuple[str, ...], tuple[Path, ...]]:
    """Remarks, and where what was there is now."""
    manifest = files.manifest
    numbers = tuple(sorted({*manifest.servers, *_present(layout)}))
    with _stopped(machine), swap.put_aside(layout, numbers, f"{files.now:%Y%m%dT%H%M%SZ}") as aside:
        place = Place(layout, cluster, manifest.servers, account, _aside_layout(layout, aside.directories))
        machine.prepare(manifest.servers)
        _remove_tables(cluster, layout)
        remarks: list[str] = []
        for part in PARTS:
            own = files.directory / part.name
            if not own.is_dir():
                continue
            if part.as_servers and account is not None:
                give(own, account)
            remarks += part.load(place, own, manifest)
            say(f"{part.name}: restored")
        if odb is not None:
            replace_odb(layout, odb)
        machine.finish(manifest.servers, say)
    return tuple(remarks), aside.directories


@contextmanager
def _stopped(machine: Machine) -> Iterator[None]:
    """Where this fails, what was there has been put back, and runs again."""
    try:
        machine.stop()
        yield
    except BaseException:
        machine.go_on()
        raise


def _check_kind(layout: Layout, manifest: Manifest) -> None:
    here = "appliance" if layout.is_appliance else "quickstart"
    if manifest.kind != here:
        raise InvalidInput(
            f"This is a backup of {_called(manifest.kind)}, and {layout.root} is {_called(here)}'s. To carry what a "
            "cluster is configured with from one to the other, use zato config export and import.",
            code="backup-other-kind",
        )


def _called(kind: str) -> str:
    return "an appliance" if kind == "appliance" else "a quickstart"


def _check_free(layout: Layout, *, replace: bool) -> None:
    if replace or not (layout.settings.exists() or layout.pki.exists() or layout.secret_key.exists()):
        return
    raise Conflict(
        f"There is a cluster in {layout.root}{_what_is_here(layout)}. With --replace the one of the backup takes its "
        "place: configuration, code, messages, audit log, users, certificates and keys are what they were then. The "
        "files that are here are put aside; tables on a database server are removed, so make a backup of them first.",
        code="cluster-here",
    )


def _what_is_here(layout: Layout) -> str:
    """As far as that can be told: what would be lost may be damaged."""
    try:
        cluster = load_cluster(layout)
        database = open_odb(cluster)
        try:
            with _as_servers(layout):
                migrate.require_current(database)
                facts = facts_of(database, hashed=False)
        finally:
            database.dispose()
    except (ZatoError, OSError):
        return ""
    counts = ", ".join(f"{count} {what}" for what, count in facts.counts.items())
    return f", {cluster.name} at revision {facts.revision} with {counts}"


def _check_room(directory: Path, manifest: Manifest) -> None:
    needed = 2 * sum(member.size_bytes for member in manifest.members)
    free = shutil.disk_usage(directory).free
    if needed > free:
        raise SetupError(
            f"The backup needs {needed // 2**20} MiB for a while, and {directory.parent} has {free // 2**20} MiB left.",
            code="no-room",
        )


def _settings(directory: Path, layout: Layout, odb: str | None) -> ClusterSettings:
    path = directory / SETTINGS.name / SETTINGS_FILE
    if not path.exists():
        raise InvalidInput("The backup has no zato.toml.", code="backup-invalid")
    cluster = cluster_settings(path, layout)
    return cluster if odb is None else msgspec.structs.replace(cluster, odb=odb)


def _check_database(cluster: ClusterSettings, layout: Layout, manifest: Manifest, *, replace: bool) -> None:
    """Raises before anything is touched where the ODB cannot become the one of the backup."""
    dialect = parse(cluster.odb).dialect
    if dialect != manifest.database:
        raise InvalidInput(
            f"The backup's ODB is of {manifest.database}, and {parse(cluster.odb).label} is not. Restore it to such a "
            "one, then move it: zato odb move URL",
            code="backup-other-database",
        )
    if manifest.odb_version > migrate.head_version():
        raise InvalidInput(
            f"The backup's ODB is at version {manifest.odb_version}, and this release knows {migrate.head_version()} "
            "at most; restore it with a later release.",
            code="backup-newer",
        )
    database = open_odb(cluster)
    if database.file is not None:
        there = Path(database.file)
        if there != layout.odb.absolute() and there.exists():
            raise Conflict(
                f"{there} is there already; move it away, or name another file by --odb.", code="odb-not-empty"
            )
        return
    try:
        with _as_servers(layout):
            found = restored.what_is_there(database)
    finally:
        database.dispose()
    if found and not replace:
        raise Conflict(
            f"The database at {database.label} keeps the cluster {found!r}. Name an empty one by --odb URL, or have "
            "its tables removed, for good, by --replace.",
            code="odb-not-empty",
        )


def _remove_tables(cluster: ClusterSettings, layout: Layout) -> None:
    """What is on a database server cannot be put aside."""
    database = open_odb(cluster)
    try:
        if database.file is None:
            with _as_servers(layout):
                restored.remove_tables(database)
    finally:
        database.dispose()


def _as_servers(layout: Layout) -> AbstractContextManager[None]:
    return as_owner_of(_existing(layout.odb.parent))


def _servers_user(layout: Layout) -> Account | None:
    """The user whose the ODB is to be."""
    if not layout.is_appliance:
        return owner_of(_existing(layout.root))
    from zato.appliance import owners

    return Account(*owners.SERVERS.ids())


def _existing(path: Path) -> Path:
    return next(each for each in (path, *path.absolute().parents) if each.is_dir())


def _present(layout: Layout) -> list[int]:
    """Servers that the directory has anything of."""
    found = (
        path.name.removeprefix("server-")
        for base in {layout.root, layout.configuration}
        for path in base.glob("server-*")
    )
    return sorted({int(name) for name in found if name.isdecimal()})


def _aside_layout(layout: Layout, directories: tuple[Path, ...]) -> Layout | None:
    return next((Layout(each) for each in directories if each.parent == layout.configuration), None)


def machine_of(layout: Layout) -> Machine:
    """The one that has that layout."""
    if not layout.is_appliance:
        return Quickstart(layout)
    from zato.backup.appliance import Appliance

    return Appliance(layout)
