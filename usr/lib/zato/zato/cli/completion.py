"""zato completion SHELL."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from zato.cli.connection import Target, pass_target
from zato.cli.output import show_json


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@pass_target
@click.pass_context
def completion(context: click.Context, target: Target, shell: str) -> None:
    """Print the script that completes commands and options in your shell.

    Example: eval "$(zato completion bash)"
    """
    found = get_completion_class(shell)
    assert found is not None
    script = found(context.find_root().command, {}, "zato", "_ZATO_COMPLETE").source()
    if target.as_json:
        show_json({"shell": shell, "script": script})
        return
    click.echo(script)
