"""zato service deploy|rollback|undeploy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from zato.cli.completing import deployed_files
from zato.cli.connection import Target, pass_target
from zato.cli.differences import dry_run_option, show_change
from zato.core.errors import InvalidInput, NotFound


@click.command("deploy")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@dry_run_option
@pass_target
def deploy_command(target: Target, files: tuple[Path, ...], dry_run: bool) -> None:
    """Check FILES and make them active on all servers, or say what is wrong with them.

    Several become active at one moment, all of them or none.

    Example: zato service deploy orders.py prices.py
    """
    sources = {file.name: file.read_bytes() for file in files}
    if len(sources) != len(files):
        raise InvalidInput("Two of the files have the same name, by which they are deployed; rename one.")
    client = target.client()
    if len(files) == 1:
        found = client.deploy(files[0].name, sources[files[0].name], dry_run=dry_run)
    else:
        found = client.deploy_together(sources, dry_run=dry_run)

    def sentences() -> Iterator[str]:
        for deployment in found["deployments"] if len(files) > 1 else [found]:
            services = ", ".join(deployment["services"]) or "no services, a module for others"
            yield f"{deployment['file_name']} is active as deployment {deployment['id']}: {services}"

    show_change(target, found, sentences, dry_run=dry_run)


@click.command("rollback")
@click.argument("file_name", shell_complete=deployed_files)
@click.option("--to", "deployment_id", type=int, help="Deployment to go back to; the one before if not given.")
@dry_run_option
@pass_target
def rollback_command(target: Target, file_name: str, deployment_id: int | None, dry_run: bool) -> None:
    """Make an earlier version of a file active again.

    Example: zato service rollback hello.py --to 3
    """
    client = target.client()
    if deployment_id is None:
        usable = [
            each for each in client.deployments(file_name)["deployments"] if each["state"] in ("active", "superseded")
        ]
        active = next((index for index, each in enumerate(usable) if each["state"] == "active"), None)
        if active is None or active + 1 >= len(usable):
            raise NotFound(f"There is no version of {file_name} before the active one; see: zato service versions")
        deployment_id = int(usable[active + 1]["id"])
    found = client.activate(deployment_id, dry_run=dry_run)
    show_change(target, found, lambda: [f"{found['file_name']} is at deployment {found['id']} again"], dry_run=dry_run)


@click.command("undeploy")
@click.argument("file_names", nargs=-1, required=True, metavar="FILE...", shell_complete=deployed_files)
@dry_run_option
@pass_target
def undeploy_command(target: Target, file_names: tuple[str, ...], dry_run: bool) -> None:
    """Withdraw files and their services.

    Several are withdrawn as one change, all of them or none.

    Example: zato service undeploy orders.py prices.py
    """
    client = target.client()
    if len(file_names) == 1:
        found = client.undeploy(file_names[0], dry_run=dry_run)
    else:
        found = client.undeploy_together(file_names, dry_run=dry_run)
    show_change(target, found, lambda: [f"{name} is no longer deployed" for name in file_names], dry_run=dry_run)
