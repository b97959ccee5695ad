"""zato backup and zato restore: the cluster of this machine in one file, and back."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

import click
import msgspec

from zato.cli.connection import Target, pass_target
from zato.cli.output import show_json
from zato.core.errors import InvalidInput
from zato.host.layout import Layout

if TYPE_CHECKING:
    from zato.backup.manifest import Manifest

_FILE = click.Path(path_type=Path, dir_okay=True)


def _passphrase(function: Any) -> Any:
    return click.option(
        "--passphrase-file",
        type=click.Path(path_type=Path, dir_okay=False, exists=True),
        help="A file that only you can read, whose first line is the passphrase.",
    )(function)


@click.command("backup")
@click.argument("file", type=_FILE)
@_passphrase
@click.option("--overwrite", is_flag=True, help="Replace a file that is there, once the new one is whole.")
@pass_target
def backup(target: Target, file: Path, passphrase_file: Path | None, overwrite: bool) -> None:
    """Put the cluster into FILE, while it runs: configuration, history, code, messages, keys and settings.

    The file has all keys of the cluster: only its owner can read it, and with --passphrase-file nobody without that.

    Example: zato backup /var/backups/zato-monday.backup
    """
    from zato.backup.reading import passphrase_in
    from zato.backup.saving import save

    passphrase = passphrase_in(passphrase_file) if passphrase_file is not None else None
    manifest = save(target.layout, file, datetime.now(UTC), _sayer(target), passphrase=passphrase, overwrite=overwrite)
    if target.as_json:
        show_json({"file": str(file), **_shown(manifest)})
        return
    click.echo(
        f"{file} has the cluster {manifest.cluster} at revision {manifest.revision}. It is not to be lost or shown:"
    )
    click.echo("all keys are in it. Not in it are:" if passphrase is None else "Not in it are:")
    for text in manifest.not_included:
        click.echo(f"  {text}")


@click.command("restore")
@click.argument("file", type=_FILE)
@_passphrase
@click.option(
    "--odb",
    help="URL of another, empty database of the same kind; - reads it, with its password, from standard input.",
)
@click.option("--replace", is_flag=True, help="Take the place of the cluster that is here, which is lost.")
@pass_target
def restore(target: Target, file: Path, passphrase_file: Path | None, odb: str | None, replace: bool) -> None:
    """Make the cluster of a backup, here, where there is none.

    What it would send to others by itself, such as asynchronous messages, is held until: zato cluster release

    Example: zato --home ~/zato restore /var/backups/zato-monday.backup
    """
    from zato.backup.reading import passphrase_in
    from zato.backup.restoring import restore as restore_file
    from zato.cli.home import trusted
    from zato.odb.address import has_password

    layout = Layout(trusted(target.home))
    passphrase = passphrase_in(passphrase_file) if passphrase_file is not None else None
    if odb is not None and odb != "-" and has_password(odb):
        raise InvalidInput(
            "The URL has a password, which all users of this machine would see on the command line: name - instead, "
            "and give the URL as a line of standard input.",
            code="password-on-command-line",
        )
    url = sys.stdin.readline().strip() if odb == "-" else odb
    done = restore_file(
        layout, file, datetime.now(UTC), _sayer(target), passphrase=passphrase, odb=url, replace=replace
    )
    manifest = done.manifest
    if target.as_json:
        aside = [str(path) for path in done.aside]
        show_json({"remarks": list(done.remarks), "aside": aside, "started": done.started, **_shown(manifest)})
        return
    click.echo(
        f"The cluster {manifest.cluster} is as it was at {manifest.created:%Y-%m-%d %H:%M:%S} UTC, at revision "
        f"{manifest.revision}."
    )
    click.echo("Users, passwords and roles are those of that time, too: remove again whom you have removed since.")
    for remark in done.remarks:
        click.echo(remark)
    for path in done.aside:
        click.echo(f"What was here before is in {path}; remove it when it is not needed any more.")
    click.echo(done.started)
    home = "" if layout.is_appliance else f"--home {quote(str(layout.root))} "
    click.echo(
        f"Asynchronous messages are held. Look at what waits (zato {home}cluster held), then: "
        f"zato {home}cluster release"
    )


def _sayer(target: Target) -> Callable[[str], None]:
    return (lambda _line: None) if target.as_json else (lambda line: click.echo(f"==> {line}", err=True))


def _shown(manifest: Manifest) -> dict[str, object]:
    found: dict[str, object] = msgspec.to_builtins(manifest)
    return {key: value for key, value in found.items() if key != "members"}
