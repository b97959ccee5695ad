"""One page for `zato`, and one for each of its commands, made of what `--help` shows."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from zato.cli.manual import roff
from zato.cli.manual.settings import FILES

_EXAMPLE = "Example: "
_FURTHER = "The units, what is in which directory, and how a cluster is run are in `/usr/share/doc/zato-common`."


def pages(root: click.Group, version: str) -> Iterator[tuple[str, str]]:
    """File names and texts, the same for the same commands."""
    context = click.Context(root, info_name="zato")
    names = root.list_commands(context)
    yield "zato.1", "\n".join(_root_page(context, root, names, version)) + "\n"
    for name in names:
        yield f"zato-{name}.1", "\n".join(_page(_below(context, name), version)) + "\n"


def _root_page(context: click.Context, root: click.Group, names: list[str], version: str) -> Iterator[str]:
    yield from _beginning(context, version)
    yield from _options(context)
    yield roff.heading("COMMANDS")
    for name in names:
        command = _below(context, name).command
        yield roff.item(f"zato {name}", f"{_summary(command)}. See `zato-{name}(1)`.")
    yield roff.heading("FURTHER DOCUMENTATION")
    yield roff.paragraphs([_FURTHER])
    yield from _see_also([*((f"zato-{name}", 1) for name in names), *((file.name, 5) for file in FILES)])


def _page(context: click.Context, version: str) -> Iterator[str]:
    yield from _beginning(context, version)
    yield from _options(context)
    if isinstance(context.command, click.Group):
        yield roff.heading("COMMANDS")
        for inner in _commands_of(context):
            yield roff.subheading(_usage(inner))
            yield from _text(inner.command)
            yield from _option_items(inner)
    yield from _see_also([("zato", 1)])


def _beginning(context: click.Context, version: str) -> Iterator[str]:
    name = context.command_path.replace(" ", "-")
    yield roff.title(name, 1, version)
    yield roff.heading("NAME")
    yield f"{roff.plain(name)} \\- {roff.plain(_summary(context.command))}"
    yield roff.heading("SYNOPSIS")
    yield roff.bold(_usage(context))
    yield roff.heading("DESCRIPTION")
    yield from _text(context.command)


def _options(context: click.Context) -> Iterator[str]:
    items = list(_option_items(context))
    if items:
        yield roff.heading("OPTIONS")
        yield from items


def _option_items(context: click.Context) -> Iterator[str]:
    for parameter in context.command.params:
        record = parameter.get_help_record(context)
        # Arguments are in the usage already, and most of them have nothing else to say
        if record is not None and record[1]:
            yield roff.item(*record)


def _see_also(others: list[tuple[str, int]]) -> Iterator[str]:
    yield roff.heading("SEE ALSO")
    yield roff.references(others)


def _text(command: click.Command) -> Iterator[str]:
    """The command's own words; what it gives as an example stands as it is typed."""
    text, _, typed = inspect.cleandoc(command.help or "").partition(_EXAMPLE)
    yield roff.paragraphs(text.strip().split("\n\n"))
    if typed:
        yield roff.example(typed)


def _summary(command: click.Command) -> str:
    """The first sentence, without its full stop."""
    first = " ".join(inspect.cleandoc(command.help or "").split("\n\n")[0].split())
    return first.partition(". ")[0].removesuffix(".")


def _usage(context: click.Context) -> str:
    return " ".join([context.command_path, *context.command.collect_usage_pieces(context)])


def _commands_of(context: click.Context) -> Iterator[click.Context]:
    """The commands of a group, and of the groups in it."""
    assert isinstance(context.command, click.Group)
    for name in context.command.list_commands(context):
        inner = _below(context, name)
        if isinstance(inner.command, click.Group):
            yield from _commands_of(inner)
        else:
            yield inner


def _below(context: click.Context, name: str) -> click.Context:
    """The context of a command of the group that `context` is of."""
    assert isinstance(context.command, click.Group)
    command = context.command.get_command(context, name)
    assert command is not None
    return click.Context(command, info_name=name, parent=context)
