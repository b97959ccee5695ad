"""zato quickstart create|start|stop|status DIR."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from shlex import quote
from typing import Any

import click
from click.core import ParameterSource

from zato.cli.connection import Target, pass_target
from zato.cli.home import trusted
from zato.cli.output import show_json
from zato.core.errors import SetupError
from zato.host.layout import Layout


@click.group("quickstart")
def command() -> None:
    """Create and run a whole cluster in one directory."""


_PORT = click.IntRange(1, 65535)
# The default itself would differ between machines, and the manual pages with it
_SHOWN = {"--workers": "number of CPUs"}
# Names, type, default, help
_OPTIONS: tuple[tuple[tuple[str, ...], Any, Any, str], ...] = (
    (("--servers",), click.IntRange(1, 64), 1, "Servers on this machine."),
    (("--odb",), str, "", "SQLAlchemy URL that names its driver; embedded SQLite if not given."),
    (("--host", "hosts"), str, ("localhost",), "Name or address that clients use; may be repeated."),
    (("--bind",), str, "127.0.0.1", "Address to listen on."),
    (("--lb-port",), _PORT, 11223, "Port of the balancer."),
    (("--haproxy-agent-port",), _PORT, 20151, "Port of HAProxy's agent."),
    (("--lighttpd-port",), _PORT, 17010, "Port of server 1 itself; the others follow."),
    (("--lighttpd-agent-port",), _PORT, 20161, "Port of the agent of server 1's lighttpd; the others follow."),
    (("--console/--no-console",), bool, True, "Whether the web console runs."),
    (("--console-port",), _PORT, 8183, "Port of the web console."),
    (("--workers",), click.IntRange(1, 256), os.cpu_count() or 1, "Processes that execute services, in each server."),
    (("--log-format",), click.Choice(["text", "json"]), "text", "Form of log lines."),
)


def _settings_options(function: Any) -> Any:
    for names, of_type, default, text in reversed(_OPTIONS):
        several = isinstance(default, tuple)
        shown = _SHOWN.get(names[0], bool(default))
        option = click.option(*names, type=of_type, default=default, multiple=several, show_default=shown, help=text)
        function = option(function)
    return function


def _create(context: click.Context, layout: Layout, values: dict[str, Any], *, quiet: bool) -> None:
    from zato.host.settings import ClusterSettings
    from zato.quickstart.create import create, refuse_other_settings

    sources = ((name, context.get_parameter_source(name)) for name in values)
    given = {name: values[name] for name, source in sources if source is ParameterSource.COMMANDLINE}
    workers = values.pop("workers")
    refuse_other_settings(layout, given)
    server_values = {"workers": workers} if "workers" in given else {}
    create(layout, ClusterSettings(**values), server_values, _sayer(quiet=quiet))


def _sayer(*, quiet: bool) -> Callable[[str], None]:
    def say(text: str) -> None:
        if not quiet:
            click.echo(f"==> {text}")

    return say


@command.command("create")
@click.argument("directory", type=click.Path(path_type=Path))
@_settings_options
@pass_target
@click.pass_context
def create_command(context: click.Context, target: Target, /, directory: Path, **values: Any) -> None:
    """Make the cluster: settings, certificates, ODB. Repeating it changes nothing.

    Example: zato quickstart create ~/zato --servers 2 --lb-port 8443
    """
    layout = Layout(trusted(directory))
    _create(context, layout, values, quiet=target.as_json)
    if target.as_json:
        show_json(
            {
                "directory": str(layout.root),
                "ca_certificate": str(layout.ca_certificate),
                "pickup": str(layout.server(1).pickup),
            }
        )
        return
    click.echo(f"The cluster is in {layout.root}; start it with: zato quickstart start {quote(str(directory))}")


@command.command("start")
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--create", is_flag=True, help="Create the cluster first where there is none.")
@click.option("--examples", type=click.Path(path_type=Path, exists=True), help="Folder of examples to deploy.")
@_settings_options
@pass_target
@click.pass_context
def start_command(
    context: click.Context, target: Target, /, directory: Path, create: bool, examples: Path | None, **values: Any
) -> None:
    """Run the cluster in the foreground until Ctrl-C. With --json every line of its output is a JSON object.

    Example: zato quickstart start ~/zato
    """
    from zato.quickstart.start import start

    layout = Layout(trusted(directory))

    def make() -> None:
        _create(context, layout, values, quiet=target.as_json)

    say = _sayer(quiet=target.as_json)
    start(layout, examples, say, create=make if create else None, as_json=target.as_json)


@command.command("stop")
@click.argument("directory", type=click.Path(path_type=Path))
@pass_target
def stop_command(target: Target, directory: Path) -> None:
    """End a cluster that runs, and wait until it has.

    Example: zato quickstart stop ~/zato
    """
    from zato.quickstart.lock import RunLock

    lock = RunLock(Layout(trusted(directory)).lock)
    holder = lock.holder()
    if holder is not None:
        os.kill(holder, signal.SIGTERM)
    deadline = time.monotonic() + 30
    while lock.holder() is not None:
        if time.monotonic() > deadline:
            raise SetupError(f"Process {holder} has not ended after 30 s; look at its output.", code="not-stopped")
        time.sleep(0.1)
    if target.as_json:
        show_json({"running": False, "ended": holder})
    else:
        click.echo(f"The cluster in {directory} {'is not running' if holder is None else 'has ended'}.")


@command.command("status")
@click.argument("directory", type=click.Path(path_type=Path))
@pass_target
def status_command(target: Target, directory: Path) -> None:
    """Say whether the cluster runs, and its processes. Exit code 3 where it does not.

    Example: zato quickstart status ~/zato
    """
    from zato.quickstart.lock import RunLock

    layout = Layout(trusted(directory))
    holder = RunLock(layout.lock).holder()
    pids = layout.run / "processes"
    lines = pids.read_text(encoding="utf-8").splitlines() if holder is not None and pids.exists() else []
    processes = {name: int(pid) for name, pid in (line.split() for line in lines)}
    if target.as_json:
        show_json({"running": holder is not None, "supervisor": holder, "processes": processes})
    elif holder is None:
        click.echo(
            f"The cluster in {directory} is not running; start it with: zato quickstart start {quote(str(directory))}"
        )
    else:
        click.echo(f"The cluster in {directory} runs under process {holder}:")
        for name, pid in processes.items():
            click.echo(f"  {name:<18} {pid}")
    sys.exit(0 if holder is not None else 3)
