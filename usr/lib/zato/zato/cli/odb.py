"""zato odb init|upgrade|status."""

from __future__ import annotations

import click

from zato.cli.connection import Target, pass_target
from zato.cli.output import show_json
from zato.host.settings import load_cluster
from zato.odb import migrate
from zato.odb.database import Database


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
    migrate.init(Database(cluster.odb), cluster.name)
    create(target.layout, cluster, {}, lambda text: click.echo(f"==> {text}", err=True))
    _show_version(target)


@command.command("upgrade")
@pass_target
def upgrade_command(target: Target) -> None:
    """Bring the tables to this release's version.

    Example: zato odb upgrade
    """
    migrate.upgrade(Database(load_cluster(target.layout).odb))
    _show_version(target)


@command.command("status")
@pass_target
def status_command(target: Target) -> None:
    """The version of the tables, and the one that this release needs.

    Example: zato odb status
    """
    current = migrate.current_version(Database(load_cluster(target.layout).odb))
    found = {"current": current, "needed": migrate.head_version()}
    if target.as_json:
        show_json(found)
        return
    click.echo(f"current {found['current']}, needed {found['needed']}")


def _show_version(target: Target) -> None:
    version = migrate.head_version()
    if target.as_json:
        show_json({"version": version})
        return
    click.echo(f"The ODB is at version {version}")
