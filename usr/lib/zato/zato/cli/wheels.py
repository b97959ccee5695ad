"""zato packages upload|wheels|discard: wheels for machines without an index."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import click

from zato.cli.connection import Target, pass_target
from zato.cli.output import show_json, show_table
from zato.core.errors import InvalidInput
from zato.core.wheels import check_wheel


@click.command("upload")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@pass_target
def upload_command(target: Target, files: tuple[Path, ...]) -> None:
    """Upload wheels, which all machines install from, with an index or without.

    `pip download` and `pip wheel` make them, for the Python and the processor of the servers.

    Example: zato packages upload wheels/*.whl
    """
    names = [file.name for file in files]
    if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
        raise InvalidInput(f"Two of the files are called {twice[0]}; upload the one that is meant.")
    contents = {file.name: file.read_bytes() for file in files}
    digests = {name: sha256(data).hexdigest() for name, data in contents.items()}
    for name, data in contents.items():  # all of them before any is sent
        check_wheel(name, data, digests[name])
    client = target.client()
    done = [client.upload_wheel(name, data, digests[name]) for name, data in contents.items()]
    if target.as_json:
        show_json({"wheels": done})
        return
    for wheel in done:
        click.echo(f"Uploaded: {wheel['file_name']} ({wheel['size_bytes']} bytes, SHA-256 {wheel['sha256']})")


@click.command("wheels")
@pass_target
def wheels_command(target: Target) -> None:
    """Wheels that were uploaded.

    Example: zato packages wheels
    """
    found = target.client().wheels()
    if target.as_json:
        show_json(found)
        return
    columns = ("file_name", "size_bytes", "sha256", "author", "created")
    rows = (tuple(each[name] for name in columns) for each in found["wheels"])
    show_table(("wheel", "bytes", "sha256", "by", "at"), rows)


@click.command("discard")
@click.argument("file_names", nargs=-1, required=True)
@pass_target
def discard_command(target: Target, file_names: tuple[str, ...]) -> None:
    """Remove wheels that were uploaded; what was installed of them stays.

    Example: zato packages discard toposort-1.10-py3-none-any.whl
    """
    client = target.client()
    done = [client.discard_wheel(name) for name in file_names]
    if target.as_json:
        show_json({"wheels": done})
        return
    for wheel in done:
        click.echo(f"Gone: {wheel['file_name']}")
