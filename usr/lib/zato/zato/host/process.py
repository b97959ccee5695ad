"""How a process of a cluster begins: arguments, settings, logs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from zato.core.errors import ZatoError
from zato.host.layout import Layout
from zato.host.logs import configure
from zato.host.settings import ClusterSettings, ServerSettings, load_cluster, load_server

Options = Callable[[argparse.ArgumentParser], object]


@dataclass(frozen=True, slots=True)
class Process:
    """What every process has."""

    name: str
    """Its name in log lines."""
    arguments: argparse.Namespace
    layout: Layout
    cluster: ClusterSettings


@dataclass(frozen=True, slots=True)
class ServerProcess(Process):
    """A process that belongs to a server."""

    number: int
    settings: ServerSettings


def cluster_process(module: str, name: str, about: str, options: Options | None = None) -> Process:
    """`python -m MODULE --root DIR`, with its logs set up. Ends where settings cannot be used, see `or_end`.

    `options` adds further arguments.
    """
    arguments, layout = _arguments(module, about, options)
    with or_end():
        cluster = load_cluster(layout)
    configure(cluster.log_format, "info", name, layout.logging)
    return Process(name, arguments, layout, cluster)


def server_process(module: str, part: str, about: str, options: Options | None = None) -> ServerProcess:
    """`python -m MODULE --root DIR --server N`, named PART-N; see `cluster_process`."""

    def all_options(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--server", type=int, required=True, help="the server's number")
        if options is not None:
            options(parser)

    arguments, layout = _arguments(module, about, all_options)
    number: int = arguments.server
    name = f"{part}-{number}"
    with or_end():
        cluster = load_cluster(layout)
        settings = load_server(layout, number)
    configure(settings.log_format or cluster.log_format, settings.log_level, name, layout.logging)
    return ServerProcess(name, arguments, layout, cluster, number, settings)


@contextmanager
def or_end() -> Iterator[None]:
    """What a process cannot begin without: an error ends it, with status 1 and the error's sentence."""
    try:
        yield
    except ZatoError as error:
        print(error.message, file=sys.stderr)  # noqa: T201 - logs may not be set up yet, and who starts it reads this
        sys.exit(1)


def _arguments(module: str, about: str, options: Options | None) -> tuple[argparse.Namespace, Layout]:
    parser = argparse.ArgumentParser(prog=f"python -m {module}", description=about)
    parser.add_argument("--root", type=Path, required=True, help="the cluster's directory")
    if options is not None:
        options(parser)
    arguments = parser.parse_args()
    return arguments, Layout(arguments.root.absolute())
