#!/usr/bin/python3
"""tools/fresh_host.py SUITE...: how long the first and the second `make run` take on a fresh Debian of these releases.

It is all that such a machine needs: a root file system with nothing but git and make is made (tools/roots.py), this
checkout's HEAD is cloned into it, and `make run` is run there on a terminal; the network is this machine's.
Ends with status 1 where a start takes longer than its bar. Needs root. Nothing is left behind.
"""

from __future__ import annotations

import contextlib
import os
import pty
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import roots

FIRST_SECONDS = 180.0
SECOND_SECONDS = 6.0
GIVE_UP_SECONDS = 600.0
# What is said last, once the examples are deployed
GREETING = b"Ctrl-C ends everything."
GREETING_SECONDS = 30.0
STOP_SECONDS = 30.0
PORTS = (11223, 17010)
CHECKOUT = Path(__file__).resolve().parent.parent
CLONE = "root/zato"


def main(suites: Sequence[str]) -> int:
    if not suites or not roots.SUITES.keys() >= {*suites}:
        raise SystemExit(f"usage: tools/fresh_host.py SUITE...; suites are: {', '.join(roots.SUITES)}")
    refuse_what_stands_in_the_way()
    roots.exit_when_told()
    return max([starts_on(suite) for suite in suites])


def starts_on(suite: str) -> int:
    with tempfile.TemporaryDirectory(prefix="zato-fresh-", dir="/var/tmp") as directory:
        root = Path(directory) / "root"
        say(f"Making a fresh Debian {roots.SUITES[suite]} with git and make in {root}")
        make_root(suite, root)
        host = Host(root)
        with host.running():
            first = host.seconds_until_ping()
            host.await_greeting()
        with host.running():
            second = host.seconds_until_ping()
            host.await_greeting()
    return report(suite, "first start, downloads included", first, FIRST_SECONDS) | report(
        suite, "second start", second, SECOND_SECONDS
    )


def say(text: str) -> None:
    print(f"==> {text}", flush=True)


def report(suite: str, what: str, seconds: float, bar: float) -> int:
    reached = seconds <= bar
    print(
        f"make run on a fresh Debian {roots.SUITES[suite]}, {what}, until /zato/ping answers 200: {seconds:.1f} s "
        f"(bar {bar:.0f} s) {'REACHED' if reached else 'NOT REACHED'}",
        flush=True,
    )
    return 0 if reached else 1


def refuse_what_stands_in_the_way() -> None:
    if shutil.which("curl") is None:
        raise SystemExit("zato: curl is not installed; run: apt-get install curl")
    for port in PORTS:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                raise SystemExit(f"zato: port {port} is taken, and the fresh host needs it; end what has it") from None


def make_root(suite: str, root: Path) -> None:
    roots.make_root(suite, root, ("git", "make"))
    clone = root / CLONE
    subprocess.run(["git", "clone", "--quiet", "--no-local", str(CHECKOUT), str(clone)], check=True)
    roots.open_pip(root)


class Host:
    """The fresh host, with `make run` on its terminal while `running`."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._pid = 0
        self._started = 0.0
        self._said = bytearray()
        self._ended = threading.Event()

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Ended by Ctrl-C, and by force where that does not end it."""
        say("make run")
        self._said.clear()
        self._ended.clear()
        self._started = time.monotonic()
        self._pid, terminal = pty.fork()
        if self._pid == 0:
            command = roots.inside(self._root, ["make", "-C", f"/{CLONE}", "run"])
            os.execvp(command[0], command)
        threading.Thread(target=self._show, args=(terminal,), daemon=True).start()
        try:
            yield
            say("Ctrl-C")
            os.write(terminal, b"\x03")
            if not self._ended.wait(STOP_SECONDS):
                raise SystemExit(f"zato: make run has not ended {STOP_SECONDS:.0f} s after Ctrl-C")
        finally:
            roots.end(self._pid)
            os.close(terminal)

    def seconds_until_ping(self) -> float:
        authority = self._root / CLONE / ".zato/pki/ca.crt"
        command = ["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "5"]
        command += ["--cacert", str(authority), f"https://localhost:{PORTS[0]}/zato/ping"]
        while time.monotonic() - self._started < GIVE_UP_SECONDS:
            if self._ended.is_set():
                raise SystemExit("zato: make run has ended by itself; the lines above say why")
            done = subprocess.run(command, check=False, capture_output=True, text=True)
            if done.stdout == "200":
                return time.monotonic() - self._started
            time.sleep(0.05)
        raise SystemExit(f"zato: /zato/ping does not answer {GIVE_UP_SECONDS:.0f} s after make run")

    def await_greeting(self) -> None:
        limit = time.monotonic() + GREETING_SECONDS
        while GREETING not in self._said:
            if time.monotonic() > limit or self._ended.is_set():
                raise SystemExit(f"zato: make run has not said how to go on within {GREETING_SECONDS:.0f} s")
            time.sleep(0.05)

    def _show(self, terminal: int) -> None:
        """Everything that it prints, until it has ended."""
        with contextlib.suppress(OSError):
            while data := os.read(terminal, 65536):
                self._said += data
                os.write(sys.stdout.fileno(), data)
        self._ended.set()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
