"""zato dev PATH: what is saved is deployed."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from zato.cli.connection import Target, pass_target
from zato.cli.dev.session import Active, DevSession, Event, Gone, Refused, Restored, Waiting
from zato.cli.dev.sources import files_in
from zato.cli.output import below

_LOOK_SECONDS = 0.2


@click.command("dev")
@click.argument("path", type=click.Path(path_type=Path, exists=True))
@click.option("--undeploy", "undeploys", is_flag=True, help="Withdraw the services of files that are deleted.")
@pass_target
def dev(target: Target, path: Path, undeploys: bool) -> None:
    """Deploy PATH, a file or a folder, now and each time that something in it is saved; Ctrl-C ends it.

    Files that are saved together become active together. Of a folder, each .py and .zip file is deployed by itself, and
    each folder with Python in it as a package; tests and hidden files are left out.

    Example: zato dev services
    """
    session = DevSession(path, target.client(), undeploys)
    try:
        names = ", ".join(files_in(path)) or "nothing yet"
        if not target.as_json:
            click.echo(f"Watching {path}: {names}. Ctrl-C ends it; what is deployed stays.")
        while True:
            for event in session.look():
                _show(event, as_json=target.as_json)
            time.sleep(_LOOK_SECONDS)
    except KeyboardInterrupt:
        if not target.as_json:
            click.echo("\nNot watching any more; what is deployed stays.")


def _show(event: Event, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"event": type(event).__name__.lower(), **asdict(event)}, ensure_ascii=False))
        return
    click.echo(f"{datetime.now(UTC):%H:%M:%S} UTC  {below(_sentence(event))}")


def _sentence(event: Event) -> str:
    match event:
        case Active():
            services = ", ".join(event.services) or "no services, a module for others"
            where = f"on {event.serving} of {event.expected} workers"
            lines = [
                f"{event.file_name} is active as deployment {event.deployment_id} {where} after {event.seconds:.2f} s: "
                f"{services}",
                *(f"Warning: {warning}" for warning in event.warnings),
            ]
            return "\n".join(lines)
        case Refused():
            return f"Not deployed: {', '.join(event.file_names)}. The versions before go on.\n{event.message}"
        case Gone(withdrawn=True):
            return f"{event.file_name} is gone, and its services are withdrawn."
        case Gone():
            name = event.file_name
            return f"{name} is gone, its services stay. To withdraw them: zato service undeploy {name}"
        case Restored():
            return f"{event.file_name} is again what is deployed."
        case Waiting():
            return f"Waiting for the cluster: {event.message}"
