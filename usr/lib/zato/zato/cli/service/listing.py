"""zato service list|versions|show|source: what is deployed."""

from __future__ import annotations

import json
from typing import Any

import click

from zato.cli.completing import deployed_files, services
from zato.cli.connection import Target, pass_target
from zato.cli.output import moment, show_json, show_table
from zato.core.errors import InvalidInput, NotFound


@click.command("list")
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


@click.command("versions")
@click.argument("file_name", required=False, shell_complete=deployed_files)
@pass_target
def versions_command(target: Target, file_name: str | None) -> None:
    """Deployments, newest first, of one file or of all, and the servers whose workers serve each now.

    Example: zato service versions hello.py
    """
    client = target.client()
    found = client.deployments(file_name)
    if file_name is not None and not found["deployments"]:
        raise NotFound(f"There is no deployment of {file_name}; see: zato service versions")
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


def _show_errors(target: Target, service: str) -> None:
    found = target.client().service_errors(service)
    if target.as_json:
        show_json(found)
        return
    show_table(
        ("when", "cid", "message", "exception"),
        (
            (moment(each["at"]), each.get("cid"), each["message"], _last_line(each.get("exception")))
            for each in found["errors"]
        ),
    )


def _last_line(exception: str | None) -> str | None:
    return exception.strip().splitlines()[-1] if exception and exception.strip() else None


@click.command("show")
@click.argument("service", shell_complete=services)
@click.option("--errors", is_flag=True, help="Its last errors instead, by the log of the machine that answers.")
@pass_target
def show_command(target: Target, service: str, errors: bool) -> None:
    """SERVICE in full: what it takes and gives, where it is reached, and from which file it is.

    Example: zato service show hello.hello
    """
    if errors:
        _show_errors(target, service)
        return
    found = target.client().service(service)
    if target.as_json:
        show_json(found)
        return
    known = found["service"]
    line = f", line {found['line']}" if found["line"] else ""
    click.echo(f"{known['name']}: {known['implementation']} in {known['file_name']}{line}")
    click.echo(f"Deployment {known['deployment_id']}{'' if known['active'] else ', switched off'}")
    if known["time_limit_seconds"] is not None:
        click.echo(f"Time limit: {known['time_limit_seconds']:g} s")
    if found["methods"]:
        click.echo(f"Methods of its own: {', '.join(found['methods'])}")
    for channel in found["channels"]:
        who = ", ".join(channel["security"]) or "everybody"
        state = "" if channel["active"] else ", switched off"
        methods = ",".join(channel["methods"])
        click.echo(f"Channel {channel['name']} ({channel['kind']}): {methods} {channel['path']} for {who}{state}")
    if found["documentation"]:
        click.echo(f"\n{found['documentation']}")
    for what in ("input", "output"):
        if found[what] is not None:
            click.echo(f"\n{what.capitalize()} (JSON Schema):\n{json.dumps(found[what], indent=2, ensure_ascii=False)}")


@click.command("source")
@click.argument("name", metavar="SERVICE|FILE", shell_complete=deployed_files)
@click.option("--deployment", type=int, help="Of this deployment, instead of the active one.")
@click.option("--path", help="A file in a .zip; without it, that of the service, or a list of the files.")
@pass_target
def source_command(target: Target, name: str, deployment: int | None, path: str | None) -> None:
    """The source of a service, or of a deployed file.

    Example: zato service source hello.hello
    """
    client = target.client()
    module = None
    file_name = name
    if not name.endswith((".py", ".zip")):
        known = client.service(name)["service"]
        file_name, module = known["file_name"], known["module"]
        deployment = deployment or known["deployment_id"]
    if deployment is None:
        deployment = _active(client.deployments(file_name)["deployments"], file_name)
    if file_name.endswith(".zip") and path is None:
        files = client.source_files(deployment)["files"]
        path = _path_of(module, [each["path"] for each in files])
        if path is None:
            if target.as_json:
                show_json({"file_name": file_name, "deployment_id": deployment, "files": files})
            else:
                show_table(("path", "bytes"), ((each["path"], each["size_bytes"]) for each in files))
            return
    data = client.source(deployment, path)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path or file_name} is not text; it has {len(data)} bytes.") from error
    if target.as_json:
        show_json({"file_name": file_name, "deployment_id": deployment, "path": path, "source": text})
    else:
        click.echo(text, nl=not text.endswith("\n"))


def _active(deployments: list[dict[str, Any]], file_name: str) -> int:
    for each in deployments:
        if each["state"] == "active":
            return int(each["id"])
    raise NotFound(f"{file_name} is not deployed; zato service list shows what is.")


def _path_of(module: str | None, paths: list[str]) -> str | None:
    """Where a module is in an archive."""
    if module is None:
        return None
    base = module.replace(".", "/")
    candidates = (f"{base}.py", f"{base}/__init__.py", f"{base.replace('_', '-')}.py")
    return next((path for path in candidates if path in paths), None)
