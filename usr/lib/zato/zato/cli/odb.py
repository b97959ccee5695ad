"""zato odb init|upgrade|status|move|use."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager
from shlex import quote
from typing import TYPE_CHECKING

import click
import msgspec

from zato.cli.connection import Target, pass_target
from zato.cli.output import show_json, show_table
from zato.host.cluster_toml import replace_odb
from zato.host.identity import as_owner_of
from zato.host.settings import load_cluster
from zato.odb import migrate
from zato.odb.opening import open_odb

if TYPE_CHECKING:
    from zato.odb.moving import Compared


@click.group("odb")
def command() -> None:
    """The operational database of this machine's cluster."""


@command.command("init")
@pass_target
def init_command(target: Target) -> None:
    """Make the tables where they are missing, and what the command line and the servers need in them.

    Example: zato odb init
    """
    from zato.quickstart.create import create

    cluster = load_cluster(target.layout)
    with _as_servers(target):
        migrate.init(open_odb(cluster), cluster.name)
    if not target.layout.is_appliance:  # there, a server's start does this, as the user that has the ODB
        create(target.layout, cluster, {}, lambda text: click.echo(f"==> {text}", err=True))
    _show_version(target)


@command.command("upgrade")
@pass_target
def upgrade_command(target: Target) -> None:
    """Bring the tables to this release's version.

    Example: zato odb upgrade
    """
    cluster = load_cluster(target.layout)
    with _as_servers(target):
        migrate.upgrade_existing(open_odb(cluster), cluster.name)
    _show_version(target)


@command.command("status")
@pass_target
def status_command(target: Target) -> None:
    """The version of the tables, and the one that this release needs.

    Example: zato odb status
    """
    with _as_servers(target):
        current = migrate.current_version(open_odb(load_cluster(target.layout)))
    found = {"current": current, "needed": migrate.head_version()}
    if target.as_json:
        show_json(found)
        return
    click.echo(f"current {found['current']}, needed {found['needed']}")


@command.command("move")
@click.argument("url", required=False)
@click.option("--abort", is_flag=True, help="Give up a move that was interrupted: the old ODB accepts changes again.")
@pass_target
def move_command(target: Target, url: str | None, abort: bool) -> None:
    """Carry the cluster to an empty database, compare all of it, and use that one from then on.

    While it runs nothing can be changed, and HTTP goes on. Repeat the same command after an interruption. Without URL,
    or with -, the URL is read from standard input, so that its password is in no list of processes.

    Example: zato odb move postgresql+psycopg2://zato:secret@db.example.com/zato
    """
    from zato.odb.moving import give_up, move, require_complete

    cluster = load_cluster(target.layout)
    source = open_odb(cluster)
    if abort:
        with _as_servers(target):
            given_up = give_up(source)
        _show_given_up(target, given_up=given_up)
        return
    new_url = _url(url)
    destination = open_odb(msgspec.structs.replace(cluster, odb=new_url))
    say = (lambda _line: None) if target.as_json else (lambda line: click.echo(f"==> {line}", err=True))
    with _as_servers(target):
        compared = move(source, destination, say)
        require_complete(destination, cluster.name)
    replace_odb(target.layout, new_url)
    _show_moved(target, destination.label, compared)


@command.command("use")
@click.argument("url", required=False)
@pass_target
def use_command(target: Target, url: str | None) -> None:
    """Name another ODB of this cluster in this machine's zato.toml, for instance after a move on another host.

    Without URL, or with -, it is read from standard input.

    Example: zato odb use postgresql+psycopg2://zato:secret@db.example.com/zato
    """
    from zato.odb.moving import require_complete

    cluster = load_cluster(target.layout)
    new_url = _url(url)
    destination = open_odb(msgspec.structs.replace(cluster, odb=new_url))
    with _as_servers(target):
        require_complete(destination, cluster.name)
    replace_odb(target.layout, new_url)
    if target.as_json:
        show_json({"odb": destination.label, "restart": _restart(target)})
        return
    click.echo(f"{target.layout.settings} names {destination.label}")
    _say_restart(target)


def _as_servers(target: Target) -> AbstractContextManager[None]:
    """Root uses the ODB, where that is a file, as the user whose it is and who could have put something else there."""
    return as_owner_of(target.layout.odb.parent)


def _url(given: str | None) -> str:
    if given not in (None, "-"):
        return str(given)
    url = sys.stdin.readline().strip()
    if not url:
        raise click.UsageError("Name the URL of the new ODB, or give it on standard input.")
    return url


def _show_given_up(target: Target, *, given_up: bool) -> None:
    if target.as_json:
        show_json({"given_up": given_up})
        return
    click.echo("The ODB accepts changes again." if given_up else "The ODB is not being moved.")


def _show_moved(target: Target, label: str, compared: list[Compared]) -> None:
    if target.as_json:
        rows = [
            {
                "table": each.table,
                "source": msgspec.to_builtins(each.source),
                "target": msgspec.to_builtins(each.target),
                "equal": each.equal,
            }
            for each in compared
        ]
        show_json({"odb": label, "tables": rows, "restart": _restart(target)})
        return
    if compared:
        show_table(
            ("table", "rows", "rows there", "sha-256", "sha-256 there", "equal"),
            (
                (
                    *(each.table, each.source.rows, each.target.rows),
                    *(each.source.sha256[:16], each.target.sha256[:16], "yes" if each.equal else "NO"),
                )
                for each in compared
            ),
        )
    click.echo(f"The cluster's ODB is {label} from now on, and {target.layout.settings} names it.")
    _say_restart(target)


def _restart(target: Target) -> list[str]:
    """What makes the processes of this machine use the ODB that zato.toml names now, server by server."""
    if not target.layout.is_appliance:
        home = target.layout.root
        return [f"zato quickstart stop {quote(str(home))}", f"zato quickstart start {quote(str(home))}"]
    return [f"systemctl restart zato-server@{number}" for number in target.layout.server_numbers(0)]


def _say_restart(target: Target) -> None:
    click.echo("Until they are restarted, servers go on with what they know and refuse changes. Restart them with:")
    for line in _restart(target):
        click.echo(f"  {line}")
    click.echo("On each other host: zato odb use URL, and the same there.")


def _show_version(target: Target) -> None:
    version = migrate.head_version()
    if target.as_json:
        show_json({"version": version})
        return
    click.echo(f"The ODB is at version {version}")
