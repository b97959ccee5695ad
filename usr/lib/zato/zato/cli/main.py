"""zato: the entry point. Groups are imported when they are used, so that `zato --version` answers at once."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import click

from zato import __version__
from zato.core.errors import Unavailable, ZatoError

_GROUPS = {
    "quickstart": ("zato.cli.quickstart", "Create and run a whole cluster in one directory."),
}
EXIT_FAILED = 1
EXIT_UNREACHABLE = 3


class LazyGroup(click.Group):
    """A group whose commands are modules, each with a command called `command`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_GROUPS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _GROUPS:
            return None
        module: Any = importlib.import_module(_GROUPS[cmd_name][0])
        found: click.Command = module.command
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in sorted(_GROUPS.items())])


@click.group(cls=LazyGroup)
@click.version_option(__version__, prog_name="zato", message="%(prog)s %(version)s")
def cli() -> None:
    """Zato, an enterprise service bus and application server.

    Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 nothing answers.
    """


def main() -> None:
    """Run the command line; an error is one sentence on standard error."""
    try:
        cli.main(prog_name="zato")
    except ZatoError as error:
        click.echo(f"zato: {error.message}", err=True)
        for detail in error.details:
            click.echo(f"  {detail}", err=True)
        sys.exit(EXIT_UNREACHABLE if isinstance(error, Unavailable) else EXIT_FAILED)


if __name__ == "__main__":
    main()
