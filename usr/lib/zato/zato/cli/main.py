"""zato: the entry point. Groups are imported when they are used, so that `zato --version` answers at once."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

import click

from zato import __version__
from zato.cli.connection import Target, default_home
from zato.core.errors import Unavailable, ZatoError

# Name: module, attribute, summary.
_COMMANDS = {
    "audit": ("zato.cli.cluster", "audit", "Who did what."),
    "completion": ("zato.cli.completion", "completion", "Completion for bash, zsh and fish."),
    "config": ("zato.cli.config", "command", "Channels, security definitions, connections and the rest."),
    "odb": ("zato.cli.odb", "command", "The operational database."),
    "ping": ("zato.cli.cluster", "ping", "Say whether the cluster answers."),
    "pki": ("zato.cli.pki", "command", "Certificates."),
    "quickstart": ("zato.cli.quickstart", "command", "Create and run a whole cluster in one directory."),
    "server": ("zato.cli.server", "command", "Take a server out of the balancer, and back."),
    "service": ("zato.cli.service", "command", "Deploy, list and invoke services."),
    "status": ("zato.cli.cluster", "status", "Servers, workers, and what is not well."),
    "user": ("zato.cli.user", "command", "Who may use the admin API, and with which roles."),
    "whoami": ("zato.cli.cluster", "whoami", "As whom the command line acts."),
}
EXIT_FAILED = 1
EXIT_UNREACHABLE = 3


class LazyGroup(click.Group):
    """A group whose commands are imported when they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, attribute, _ = _COMMANDS[cmd_name]
        found: click.Command = getattr(importlib.import_module(module), attribute)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, _, summary) in sorted(_COMMANDS.items())])


@click.group(cls=LazyGroup)
@click.version_option(__version__, prog_name="zato", message="%(prog)s %(version)s")
@click.option("--home", type=click.Path(path_type=Path), help="The cluster's directory; ZATO_HOME, else ./.zato.")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
@click.pass_context
def cli(context: click.Context, home: Path | None, as_json: bool) -> None:
    """Zato, an enterprise service bus and application server.

    --json and --home may also stand behind the command.

    Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 nothing answers.
    """
    context.obj = Target(home or default_home(), as_json)


def main() -> None:
    """Run the command line; an error is one sentence on standard error, or one JSON object with --json."""
    arguments = _shared_first(sys.argv[1:])
    try:
        cli.main(args=arguments, prog_name="zato")
    except ZatoError as error:
        _show(error, as_json="--json" in arguments[: len(arguments) - len(_verbatim(arguments))])
        sys.exit(EXIT_UNREACHABLE if isinstance(error, Unavailable) else EXIT_FAILED)


def _show(error: ZatoError, *, as_json: bool) -> None:
    if as_json:
        found = {"code": error.code, "message": error.message, "cid": error.cid, "details": error.details}
        click.echo(json.dumps({"error": found}, ensure_ascii=False), err=True)
        return
    click.echo(f"zato: {error.message}", err=True)
    for detail in error.details:
        if detail not in error.message:
            click.echo(f"  {detail}", err=True)
    if error.cid is not None and error.status >= 500:
        click.echo(f"  The server's log has more under the correlation id {error.cid}.", err=True)


def _shared_first(arguments: list[str]) -> list[str]:
    """--json and --home may stand anywhere before a --, as people expect of them."""
    verbatim = _verbatim(arguments)
    shared: list[str] = []
    rest: list[str] = []
    words = iter(arguments[: len(arguments) - len(verbatim)])
    for word in words:
        if word == "--json" or word.startswith("--home="):
            shared.append(word)
        elif word == "--home":
            shared += [word, *(value for value in (next(words, None),) if value is not None)]
        else:
            rest.append(word)
    return [*shared, *rest, *verbatim]


def _verbatim(arguments: list[str]) -> list[str]:
    """From the -- on."""
    return arguments[arguments.index("--") :] if "--" in arguments else []


if __name__ == "__main__":
    main()
