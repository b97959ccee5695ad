#!/usr/bin/python3
"""Shows that `make run` is all that a fresh Debian 12 needs: how long its first and its second start take.

A root file system with nothing but git and make is made with mmdebstrap, this checkout's HEAD is cloned into it, and
`make run` is run there on a terminal, in namespaces of its own for processes and mounts; the network is this machine's.
Where packages come from is what this machine is set up for: its APT sources and its pip configuration.
Ends with status 1 where a start takes longer than its bar. Needs root. Nothing is left behind.
"""

from __future__ import annotations

import contextlib
import os
import pty
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

FIRST_SECONDS = 180.0
SECOND_SECONDS = 6.0
GIVE_UP_SECONDS = 600.0
# What is said last, once the examples are deployed
GREETING = b"Ctrl-C ends everything."
GREETING_SECONDS = 30.0
STOP_SECONDS = 30.0
SUITE = "bookworm"
PORTS = (11223, 17010)
CHECKOUT = Path(__file__).resolve().parent.parent
CLONE = "root/zato"
PIP_FILES = ("/etc/pip.conf", "/root/.config/pip/pip.conf")
AUTHORITIES = Path("/usr/local/share/ca-certificates")


def main() -> int:
    refuse_what_stands_in_the_way()
    # As Ctrl-C does, so that nothing is left behind
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="zato-fresh-", dir="/var/tmp") as directory:
        root = Path(directory) / "root"
        say(f"Making a fresh Debian ({SUITE}) with git and make in {root}")
        make_root(root)
        host = Host(root)
        with host.running():
            first = host.seconds_until_ping()
            host.await_greeting()
        with host.running():
            second = host.seconds_until_ping()
            host.await_greeting()
    return report("first start, downloads included", first, FIRST_SECONDS) | report(
        "second start", second, SECOND_SECONDS
    )


def say(text: str) -> None:
    print(f"==> {text}", flush=True)


def report(what: str, seconds: float, bar: float) -> int:
    reached = seconds <= bar
    print(
        f"make run on a fresh Debian 12, {what}, until /zato/ping answers 200: {seconds:.1f} s (bar {bar:.0f} s) "
        f"{'REACHED' if reached else 'NOT REACHED'}",
        flush=True,
    )
    return 0 if reached else 1


def refuse_what_stands_in_the_way() -> None:
    if os.geteuid() != 0:
        raise SystemExit("zato: making a root file system needs root; run: sudo make fresh")
    for program in ("mmdebstrap", "curl"):
        if shutil.which(program) is None:
            raise SystemExit(f"zato: {program} is not installed; run: apt-get install {program}")
    for port in PORTS:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                raise SystemExit(f"zato: port {port} is taken, and the fresh host needs it; end what has it") from None


def make_root(root: Path) -> None:
    sources = [str(path) for path in apt_sources()]
    settings = [f"--aptopt={path}" for path in sorted(Path("/etc/apt/apt.conf.d").iterdir()) if acquires(path)]
    command = ["mmdebstrap", "--quiet", "--variant=minbase", "--include=git,make", *settings, SUITE, str(root)]
    subprocess.run([*command, *sources], check=True)
    # Debian's installer writes it, mmdebstrap does not
    (root / "etc/hosts").write_text("127.0.0.1 localhost\n::1 localhost\n", encoding="ascii")
    clone = root / CLONE
    subprocess.run(["git", "clone", "--quiet", "--no-local", str(CHECKOUT), str(clone)], check=True)
    for path in map(Path, PIP_FILES):
        if path.is_file():
            copy = root / path.relative_to("/")
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
    if AUTHORITIES.is_dir():
        shutil.copytree(AUTHORITIES, root / AUTHORITIES.relative_to("/"), dirs_exist_ok=True)


def apt_sources() -> list[Path]:
    places = [Path("/etc/apt/sources.list"), *sorted(Path("/etc/apt/sources.list.d").glob("*"))]
    found = [path for path in places if path.is_file() and path.suffix in (".list", ".sources")]
    return [path for path in found if SUITE in path.read_text(encoding="utf-8")]


def acquires(path: Path) -> bool:
    """Whether the file says how packages are fetched: proxies, what is checked."""
    return re.search(r"^\s*Acquire::", path.read_text(encoding="utf-8"), re.MULTILINE) is not None


def pip_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("PIP_")}


def pip_directories() -> list[Path]:
    """Directories of this machine that pip is told to look into."""
    texts = [*pip_environment().values()]
    texts += [Path(name).read_text(encoding="utf-8") for name in PIP_FILES if Path(name).is_file()]
    named = {Path(found) for text in texts for found in re.findall(r"(?:file://|(?<![:/\w]))(/[^\s/][^\s]*)", text)}
    # A simple index links to files that lie beside it
    tops = {path.parent if path.name == "simple" else path for path in named if path.is_dir()}
    return sorted(tops)


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
            os.execvp("unshare", self._command())
        threading.Thread(target=self._show, args=(terminal,), daemon=True).start()
        try:
            yield
            say("Ctrl-C")
            os.write(terminal, b"\x03")
            if not self._ended.wait(STOP_SECONDS):
                raise SystemExit(f"zato: make run has not ended {STOP_SECONDS:.0f} s after Ctrl-C")
        finally:
            # The namespace's first process is killed with it, and with that one all others
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
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

    def _command(self) -> list[str]:
        root = shlex.quote(str(self._root))
        mounts = [f"mount --rbind /dev {root}/dev", f"mount -t proc proc {root}/proc"]
        for directory in map(str, pip_directories()):
            inside = shlex.quote(f"{self._root}{directory}")
            mounts.append(f"mkdir -p {inside} && mount --bind -o ro {shlex.quote(directory)} {inside}")
        environment = {
            "HOME": "/root",
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "TERM": "dumb",
            "LANG": "C.UTF-8",
            **pip_environment(),
        }
        words = shlex.join(["env", "-i", *(f"{name}={value}" for name, value in environment.items())])
        # The shell stays, as the namespace's first process: make does not expect to become the parent of orphans
        script = " && ".join([*mounts, f"chroot {root} {words} make -C /{CLONE} run"]) + "; exit $?"
        return ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", script]

    def _show(self, terminal: int) -> None:
        """Everything that it prints, until it has ended."""
        with contextlib.suppress(OSError):
            while data := os.read(terminal, 65536):
                self._said += data
                os.write(sys.stdout.fileno(), data)
        self._ended.set()


if __name__ == "__main__":
    sys.exit(main())
