"""python -m zato.quickstart.greeting: waits for a cluster to answer, deploys examples, says how to go on, and ends."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from zato.agent.haproxy.runtime_api import RuntimeApi
from zato.client.api import ApiClient
from zato.client.balancer import admin_transport, console_url, curl_options, url_of
from zato.cluster import first_token_file
from zato.cluster.first_token import token_where_needed
from zato.core.errors import SetupError, ZatoError
from zato.host.layout import Layout
from zato.host.settings import load_cluster
from zato.quickstart.examples import Examples

_PROBE_SECONDS = 0.1
_WELL = "L7OK"
_PROGRESS_SECONDS = 3.0


class Greeting:
    """The last part of a start, in a process of its own: the supervisor must not wait for anything."""

    def __init__(self, layout: Layout, examples: Path | None, *, console: bool = False) -> None:
        self._layout = layout
        cluster = load_cluster(layout)
        self._url = url_of(cluster)
        self._curl = f"curl --cacert {_short(layout.ca_certificate)}{curl_options(cluster)}"
        self._client = ApiClient(admin_transport(layout, cluster))
        self._console = console_url(cluster) if console else None
        self._examples = Examples(layout, cluster, self._client, examples, _say) if examples else None

    def run(self, started: float) -> None:
        """Everything; returns when it is said."""
        self._wait(started)
        _say(f"Ready: {self._url}/zato/ping answers, {time.monotonic() - started:.1f} s after the start")
        if self._examples is not None:
            self._examples.deploy()
        _say("\n".join(self._summary()))

    def _wait(self, started: float) -> None:
        said = started
        while missing := self._missing():
            if time.monotonic() - said > _PROGRESS_SECONDS:
                said = time.monotonic()
                _say(f"==> Waiting for {self._url}, {said - started:.0f} s so far: {missing}")
            time.sleep(_PROBE_SECONDS)

    def _missing(self) -> str:
        """Why requests are not answered for good yet; empty where they are."""
        try:
            self._client.ping()
            # HAProxy takes all servers for well at first, and a moment later for down those that start slowly
            statistics = RuntimeApi(self._layout.haproxy_socket).ask("show stat")
        except ZatoError as error:
            return error.message
        return "" if _WELL in statistics else "HAProxy has not found a server well yet."

    def _summary(self) -> list[str]:
        ca = _short(self._layout.ca_certificate)
        zato = _short(Path(sys.executable).parent / "zato")
        home = "" if self._layout.root == Path.cwd() / ".zato" else f" --home {_short(self._layout.root)}"
        lines = [
            "",
            f"  Balancer        {self._url}",
            *self._of_console(),
            f"  CA certificate  {ca}",
            f"  Pickup          {_short(self._layout.server(1).pickup)}/   (files dropped here are deployed)",
            f"  Command line    {zato}{home} --help",
            "",
            "  Try it in another terminal:",
            "",
            f"    {self._curl} {self._url}/zato/ping",
        ]
        if self._examples is not None:
            lines += [f"    {self._curl} '{self._url}{path}'" for path in self._examples.paths]
        return [*lines, f"    {zato}{home} status", "", "  Ctrl-C ends everything.", ""]

    def _of_console(self) -> list[str]:
        """Where to become the first administrator, while there is none; it is for this terminal's reader only."""
        if self._console is None:
            return []
        token = self._first_token()
        place = self._console if token is None else f"{self._console}/first?token={token}"
        return [
            f"  Web console     {place}",
            "                  (a browser warns of its certificate until it trusts the CA certificate)",
        ]

    def _first_token(self) -> str | None:
        path = self._layout.first_token
        token = token_where_needed(self._client)
        if token is not None:
            first_token_file.write(path, token)
            return token
        if self._client.status().get("first_token_expires") is None:
            return None
        try:
            return first_token_file.read(path)
        except SetupError:  # it was made elsewhere
            return None


def _say(text: str) -> None:
    print(text if text.startswith(("==>", "\n")) or "\n" in text else f"==> {text}", flush=True)  # noqa: T201


def _short(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m zato.quickstart.greeting", description=__doc__)
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--since", type=float, required=True, help="when the start began, on the monotonic clock")
    parser.add_argument("--examples", type=Path)
    parser.add_argument("--console", action="store_true", help="the cluster has a web console")
    arguments = parser.parse_args()
    try:
        Greeting(Layout(arguments.root), arguments.examples, console=arguments.console).run(arguments.since)
    except ZatoError as error:
        _say(f"The cluster goes on, but this failed: {' '.join((error.message, *error.details))}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
