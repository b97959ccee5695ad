"""zato service list|invoke|deploy|versions|rollback|undeploy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from zato.cli.connection import Target, pass_target
from zato.cli.differences import dry_run_option, show_preview
from zato.cli.output import moment, show_json, show_table, show_warnings
from zato.core.errors import InvalidInput, NotFound


@click.group("service")
def command() -> None:
    """Deploy, list and invoke services."""


@command.command("list")
@pass_target
def list_command(target: Target) -> None:
    """Services that are deployed.

    Example: zato service list
    """
    found = target.client().services()
    if target.as_json:
        show_json(found)
        return
    show_table(
        ("service", "file", "deployment", "active", "channels"),
        (
            (
                each["name"],
                each["file_name"],
                each["deployment_id"],
                "yes" if each["active"] else "no",
                ", ".join(each["channels"]),
            )
            for each in found["services"]
        ),
    )


@command.command("deploy")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@dry_run_option
@pass_target
def deploy_command(target: Target, file: Path, dry_run: bool) -> None:
    """Check FILE and make it active on all servers, or say what is wrong with it.

    Example: zato service deploy hello.py
    """
    found = target.client().deploy(file.name, file.read_bytes(), dry_run=dry_run)
    if dry_run:
        show_preview(target, found)
        return
    if target.as_json:
        show_json(found)
        return
    services = ", ".join(found["services"]) or "no services, a module for others"
    click.echo(f"{file.name} is active as deployment {found['id']}: {services}")
    show_warnings(found)


@command.command("versions")
@click.argument("file_name", required=False)
@pass_target
def versions_command(target: Target, file_name: str | None) -> None:
    """Deployments, newest first, of one file or of all, and the servers whose workers serve each now.

    Example: zato service versions hello.py
    """
    client = target.client()
    found = client.deployments(file_name)
    servers = _servers_by_deployment(client.status())
    found = {
        **found,
        "deployments": [{**each, "servers": servers.get(each["id"], [])} for each in found["deployments"]],
    }
    if target.as_json:
        show_json(found)
        return
    show_table(
        ("id", "file", "state", "servers", "created", "author", "reason"),
        (
            (
                each["id"],
                each["file_name"],
                each["state"],
                ", ".join(map(str, each["servers"])),
                moment(each["created"]),
                each["author"],
                each["reason"],
            )
            for each in found["deployments"]
        ),
    )


def _servers_by_deployment(status: dict[str, Any]) -> dict[int, list[int]]:
    """Numbers of servers with a living worker that serves it."""
    found: dict[int, set[int]] = {}
    for server in status["servers"]:
        for worker in server["workers"]:
            if worker["alive"]:
                for deployment in worker["deployments"].values():
                    found.setdefault(deployment, set()).add(server["number"])
    return {deployment: sorted(numbers) for deployment, numbers in found.items()}


@command.command("rollback")
@click.argument("file_name")
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
    if dry_run:
        show_preview(target, found)
        return
    if target.as_json:
        show_json(found)
        return
    click.echo(f"{found['file_name']} is at deployment {found['id']} again")
    show_warnings(found)


@command.command("undeploy")
@click.argument("file_name")
@dry_run_option
@pass_target
def undeploy_command(target: Target, file_name: str, dry_run: bool) -> None:
    """Withdraw a file and its services.

    Example: zato service undeploy hello.py
    """
    found = target.client().undeploy(file_name, dry_run=dry_run)
    if dry_run:
        show_preview(target, found)
        return
    if target.as_json:
        show_json(found)
        return
    click.echo(f"{file_name} is no longer deployed")
    show_warnings(found)


@command.command("invoke")
@click.argument("service")
@click.argument("payload", default="{}")
@click.option("--async", "asynchronous", is_flag=True, help="Have it invoked soon, at least once; do not wait for it.")
@pass_target
def invoke_command(target: Target, service: str, payload: str, asynchronous: bool) -> None:
    """Invoke SERVICE with a JSON payload and print what it answers.

    Example: zato service invoke hello.hello '{"name": "Jane"}'
    """
    try:
        message = json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"The payload is not JSON: {error}.", code="invalid-json") from error
    if asynchronous:
        sent = target.client().invoke_async(service, message)
        if target.as_json:
            show_json(sent)
        else:
            click.echo(f"Message {sent['message_id']} is safe, and will be delivered to {service} (cid {sent['cid']})")
        return
    data, content_type = target.client().invoke(service, message)
    if content_type.startswith("application/json") and data:
        show_json(json.loads(data))
        return
    text = data.decode("utf-8", "replace")
    if target.as_json:
        show_json(text)
    else:
        click.echo(text)
