"""zato packages install|list|remove: third-party packages for services."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click

from zato.cli.connection import Target, pass_target
from zato.cli.output import show_json, show_table
from zato.cli.wheels import discard_command, upload_command, wheels_command
from zato.client.api import ApiClient
from zato.core.errors import InvalidInput, NotFound, TimeLimitExceeded
from zato.core.requirements import merged, normalised, requirements_in, without

_WAIT_SECONDS = 300.0
_LOOK_SECONDS = 0.5


@click.group("packages")
def command() -> None:
    """Third-party packages for services, on all servers."""


for each in (upload_command, wheels_command, discard_command):
    command.add_command(each)


@command.command("list")
@pass_target
def list_command(target: Target) -> None:
    """What is declared, the exact versions, and which servers have them.

    Example: zato packages list
    """
    found = target.client().packages()
    if target.as_json:
        show_json(found)
        return
    declared = {normalised(each.name): each.text for each in requirements_in(found["requirements"])[0]}
    rows = []
    for line in found["resolved"]:
        name, _, version = line.partition(" --hash")[0].partition("==")
        rows.append((name, version, declared.get(normalised(name), "needed by others").partition(" --hash")[0]))
    show_table(("package", "version", "declared"), rows)
    if found["resolved"]:
        click.echo()
        show_table(
            ("server", "installed", "python", "reason"),
            (
                (
                    f"server-{each['number']}",
                    {True: "yes", False: "no", None: "not yet"}[each["installed"]],
                    each["python"],
                    each["reason"],
                )
                for each in found["servers"]
            ),
        )


@command.command("install")
@click.argument("requirements", nargs=-1)
@click.option(
    "-r", "--requirement", "file", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="A file."
)
@click.option("--replace", is_flag=True, help="These packages only; what was declared before goes.")
@click.option("--require-hashes/--no-require-hashes", default=None, help="Every package needs a hash.")
@click.option("--allow-source/--no-allow-source", default=None, help="Build from source what has no wheel.")
@pass_target
def install_command(
    target: Target,
    requirements: tuple[str, ...],
    file: Path | None,
    replace: bool,
    require_hashes: bool | None,
    allow_source: bool | None,
) -> None:
    """Declare packages for all servers, and wait until these have them.

    Without any, what is declared is resolved anew: the newest versions that fit.

    Example: zato packages install 'phonenumbers>=8.13'
    """
    text = "\n".join(requirements)
    if file is not None:
        text = f"{text}\n{file.read_text(encoding='utf-8')}"
    added, errors = requirements_in(text)
    if errors:
        raise InvalidInput(f"The packages cannot be declared: {errors[0]}.", details=tuple(errors))
    client = target.client()
    before = client.packages()
    wanted = merged("" if replace else before["requirements"], added)
    options = {
        "require_hashes": before["require_hashes"] if require_hashes is None else require_hashes,
        "allow_source": before["allow_source"] if allow_source is None else allow_source,
    }
    _declare(target, client, before, wanted, options)


@command.command("remove")
@click.argument("names", nargs=-1, required=True)
@pass_target
def remove_command(target: Target, names: tuple[str, ...]) -> None:
    """Declare packages no longer; refused while a deployed file needs one of them.

    Example: zato packages remove phonenumbers
    """
    client = target.client()
    before = client.packages()
    known = {normalised(each.name) for each in requirements_in(before["requirements"])[0]}
    unknown = [name for name in names if normalised(name) not in known]
    if unknown:
        raise NotFound(f"The package {unknown[0]!r} is not declared; zato packages list shows what is.")
    options = {"require_hashes": before["require_hashes"], "allow_source": before["allow_source"]}
    _declare(target, client, before, without(before["requirements"], names), options)


def _declare(
    target: Target, client: ApiClient, before: dict[str, Any], requirements: str, options: dict[str, bool]
) -> None:
    client.declare_packages(requirements, revision=before["revision"], **options)
    found = _awaited(client)
    if target.as_json:
        show_json(found)
    else:
        new, old = set(found["resolved"]), set(before["resolved"])
        for line in sorted(new - old):
            click.echo(f"Installed: {line.partition(' --hash')[0]}")
        for line in sorted(old - new):
            click.echo(f"Gone: {line.partition(' --hash')[0]}")
        if old - new:
            click.echo("A worker that has imported what is gone keeps it until its server is started again.")
        if new == old:
            click.echo("Nothing is different.")
    failed = [each for each in found["servers"] if each["installed"] is False]
    if failed:
        raise InvalidInput(
            f"server-{failed[0]['number']} cannot install them: {failed[0]['reason']} It tries again every minute, and "
            "goes on with the packages of before; zato config rollback brings back what was declared.",
            code="packages-not-installed",
        )


def _awaited(client: ApiClient) -> dict[str, Any]:
    """What is declared, once every server has said something of it."""
    deadline = time.monotonic() + _WAIT_SECONDS
    while True:
        found = client.packages()
        silent = [each["number"] for each in found["servers"] if each["installed"] is None]
        if not silent or not found["resolved"]:
            return found
        if time.monotonic() > deadline:
            names = ", ".join(f"server-{number}" for number in silent)
            raise TimeLimitExceeded(
                f"The packages are declared, and {names} did not say within {_WAIT_SECONDS:g} s that it has them; zato "
                "packages list shows whether it does.",
                code="packages-not-installed",
            )
        time.sleep(_LOOK_SECONDS)
