"""What the shell completes from the cluster: kinds, items, services, files. Nothing where nothing answers soon."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from zato.cli.connection import Target, chosen

_PATIENCE_SECONDS = 2.0


def kinds(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Kinds of configuration items."""
    from zato.config.kinds import KINDS

    return [CompletionItem(name, help=kind.title) for name, kind in KINDS.items() if name.startswith(incomplete)]


def items(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of items of the kind that stands before."""
    kind = context.params.get("kind")
    if not kind:
        return []
    return _found(context, incomplete, lambda target: (each["name"] for each in target.client().items(kind)["items"]))


def services(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of services."""
    return _found(context, incomplete, lambda target: (each["name"] for each in target.client().services()["services"]))


def deployed_files(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of files that are deployed."""
    return _found(
        context, incomplete, lambda target: {item["name"] for item in target.client().items("deployment")["items"]}
    )


def _found(context: click.Context, incomplete: str, ask: Callable[[Target], Iterable[str]]) -> list[CompletionItem]:
    home = context.find_root().params.get("home")
    target = chosen(Path(home) if home else None, as_json=False)
    names: list[str] = []

    def look() -> None:
        try:
            names.extend(sorted(ask(target)))
        except Exception:  # noqa: BLE001 - somebody is typing: whatever is wrong, the command itself will say it
            return

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    thread.join(_PATIENCE_SECONDS)
    return [CompletionItem(name) for name in list(names) if name.startswith(incomplete)]
