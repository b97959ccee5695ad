"""zato: the entry point. Groups are imported when they are used, so that `zato --version` answers at once."""

from __future__ import annotations

import importlib
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from zato import __version__
from zato.cli import failure
from zato.cli.connection import chosen
from zato.cli.terminal import discard_unwritten, visible_output
from zato.core.errors import Unavailable, ZatoError

# Name: module, attribute, summary.
_COMMANDS = {
    "audit": ("zato.cli.audit", "command", "Who did what."),
    "backup": ("zato.cli.backup", "backup", "The whole cluster in one file, while it runs."),
    "balancer": ("zato.cli.balancer", "command", "HAProxy on this machine."),
    "broker": ("zato.cli.broker", "command", "RabbitMQ, where the cluster has one."),
    "cluster": ("zato.cli.held", "command", "Hold what goes out, and let it go."),
    "completion": ("zato.cli.completion", "completion", "Completion for bash, zsh and fish."),
    "config": ("zato.cli.config", "command", "Channels, security definitions, connections and the rest."),
    "dev": ("zato.cli.dev", "dev", "Deploy a file or a folder each time that it is saved."),
    "doctor": ("zato.cli.doctor", "command", "What is not well on this machine, and what mends it."),
    "edge": ("zato.cli.edge", "command", "lighttpd of a server of this machine."),
    "log": ("zato.cli.log", "log", "What the processes of this machine, or of a server's, have said."),
    "login": ("zato.cli.login", "login", "Open a session at a cluster elsewhere."),
    "logout": ("zato.cli.login", "logout", "End that session."),
    "message": ("zato.cli.message", "command", "Asynchronous invocations that have failed."),
    "odb": ("zato.cli.odb", "command", "The operational database."),
    "packages": ("zato.cli.packages", "command", "Third-party packages for services."),
    "ping": ("zato.cli.cluster", "ping", "Say whether the cluster answers."),
    "pki": ("zato.cli.pki", "command", "Certificates."),
    "quickstart": ("zato.cli.quickstart", "command", "Create and run a whole cluster in one directory."),
    "restore": ("zato.cli.backup", "restore", "The cluster of such a file, here."),
    "server": ("zato.cli.server", "command", "Servers: take one out of the balancer, and back."),
    "service": ("zato.cli.service", "command", "Deploy, list and invoke services."),
    "status": ("zato.cli.status", "status", "Servers, workers, and what is not well."),
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

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """As every group's, without an import of each command for its summary: somebody waits at the keyboard."""
        found = [
            CompletionItem(name, help=summary)
            for name, (_, _, summary) in sorted(_COMMANDS.items())
            if name.startswith(incomplete)
        ]
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, _, summary) in sorted(_COMMANDS.items())])


@click.group(cls=LazyGroup)
@click.version_option(__version__, prog_name="zato", message="%(prog)s %(version)s")
@click.option(
    "--home",
    type=click.Path(path_type=Path),
    help="The cluster's directory; ZATO_HOME, else ./.zato, else where `zato login` leads, else /var/lib/zato.",
)
@click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
@click.pass_context
def cli(context: click.Context, home: Path | None, as_json: bool) -> None:
    """Zato, an enterprise service bus and application server.

    --json and --home may also stand behind the command.

    Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 nothing answers.
    """
    context.obj = chosen(home, as_json=as_json)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; an error is one sentence on standard error, or one JSON object with --json."""
    words = _shared_first(list(sys.argv[1:] if arguments is None else arguments))
    try:
        with visible_output():
            code = _code(words, as_json="--json" in words[: len(words) - len(_verbatim(words))])
    finally:
        discard_unwritten()
    sys.exit(code)


def _code(words: Sequence[str], *, as_json: bool) -> Any:
    """What the command line exits with."""
    try:
        # Not standalone: click would write its errors as text, and knows nothing of ours
        return cli.main(args=words, prog_name="zato", standalone_mode=False)
    except click.ClickException as error:
        failure.show_usage(error, as_json=as_json)
        return error.exit_code
    except click.Abort:
        return EXIT_FAILED
    except (ZatoError, OSError, UnicodeError) as error:
        translated = failure.translated(error)
        failure.show(translated, as_json=as_json)
        return EXIT_UNREACHABLE if isinstance(translated, Unavailable) else EXIT_FAILED
    except Exception:  # noqa: BLE001 - a fault of ours, told while what its text has in it does nothing to the terminal
        traceback.print_exc()
        return EXIT_FAILED


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
