"""Debian hosts that really boot: systemd-nspawn containers on a bridge of their own, from one root file system."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, Any, Protocol

from support.removal import remove_beside
from support.root_file_systems import base, laid_over, new_directory

BOOT_SECONDS = 240.0
# What a command on a host may take, an installation among them, where others have the processor
COMMAND_SECONDS = 600.0
# Of this run alone: others may go on beside it on the same machine
_BRIDGE = f"zato{os.getpid()}"
_NETWORK = f"10.77.{os.getpid() % 256}"
# This machine, as hosts reach it
GATEWAY = f"{_NETWORK}.1"
# Hosts that a Vagrantfile describes too, with the last number of their addresses
MACHINES = {"appliance": 11, "client": 12}


class Host:
    """One machine. `run` is a root shell on it."""

    def __init__(self, name: str, root: Path, address: str) -> None:
        self.name = name
        self.root = root
        self.address = address
        self._process: subprocess.Popen[bytes] | None = None
        self._init = 0
        self._console: IO[bytes] | None = None
        # systemd takes what is in its cgroups for its own: without groups of its own a host would meet another's there
        self._groups = [path / f"{_BRIDGE}-{name}" for path in _cgroup_roots()]

    def boot(self) -> float:
        """The seconds until systemd says that all has started."""
        started = time.monotonic()
        self._console = (self.root.parent / f"{self.name}.console").open("ab")
        command = ["systemd-nspawn", "-q", "-D", str(self.root), "--boot", "--register=no", "--keep-unit"]
        for group in self._groups:
            group.mkdir(exist_ok=True)
        # The machine's name, and so that of its network interface, is this run's alone
        names = [f"--machine={os.getpid()}-{self.name}", f"--hostname={self.name}", f"--network-bridge={_BRIDGE}"]
        enter = 'for group in $GROUPS_OF_HOST; do echo $$ >"$group/cgroup.procs"; done; exec "$@"'
        self._process = subprocess.Popen(
            ["sh", "-c", enter, "sh", *command, *names],
            env={**os.environ, "GROUPS_OF_HOST": " ".join(map(str, self._groups))},
            stdin=subprocess.DEVNULL,
            stdout=self._console,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        deadline = started + BOOT_SECONDS
        while time.monotonic() < deadline:
            self._init = self._find_init()
            if self._init and self._has_network() and self._is_up():
                break
            time.sleep(0.1)
        else:
            raise AssertionError(f"{self.name} did not boot: {self.console()}")
        return time.monotonic() - started

    def run(
        self, script: str, *, check: bool = True, timeout: float = COMMAND_SECONDS
    ) -> subprocess.CompletedProcess[str]:
        """What a shell on the host makes of `script`. Raises AssertionError with its output where it fails."""
        done = self._try(script, timeout=timeout)
        if check and done.returncode != 0:
            raise AssertionError(f"{self.name}: {script}\n{done.stdout}\n{done.stderr}")
        return done

    def background(self, script: str, **options: Any) -> subprocess.Popen[bytes]:
        """A process on the host that goes on beside the test."""
        return subprocess.Popen(self._command(script), **options)

    def reboot(self) -> float:
        """As `boot`, after an orderly end."""
        self.stop()
        return self.boot()

    def stop(self) -> None:
        """Shut down, by force after half a minute."""
        process, self._process = self._process, None
        if process is None:
            return
        if self._init:
            os.kill(self._init, signal.SIGRTMIN + 4)  # systemd's word for: power off
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._init = 0
        for group in self._groups:
            for path in sorted((group, *(each for each in group.rglob("*") if each.is_dir())), reverse=True):
                path.rmdir()
        if self._console is not None:
            self._console.close()

    def console(self) -> str:
        """The end of what it printed."""
        return (self.root.parent / f"{self.name}.console").read_text(errors="replace")[-3000:]

    def _has_network(self) -> bool:
        # Before everything else is up: that may wait for other machines
        return self._try(f"ip addr replace {self.address}/24 dev host0 && ip link set host0 up").returncode == 0

    def _is_up(self) -> bool:
        return self._try("systemctl is-system-running --wait").stdout.strip() in ("running", "degraded")

    def freeze(self) -> list[int]:
        """SIGSTOP of every process on it, init first, which would see to the others. What `thaw` takes."""
        stopped: list[int] = []
        # Some may start others before their turn comes
        while found := [pid for pid in self._processes() if pid not in stopped]:
            for pid in found:
                _signal(pid, signal.SIGSTOP)
            stopped += found
        return stopped

    def thaw(self, stopped: Sequence[int]) -> None:
        """They go on, init last: by then the others have had their chance to tell it that they live."""
        for pid in reversed(stopped):
            _signal(pid, signal.SIGCONT)

    def path(self, path: str) -> Path:
        """A path on the running host, its file systems in memory included."""
        return Path(f"/proc/{self._init}/root{path}")

    def _processes(self) -> list[int]:
        """All processes of its namespace, as this machine knows them; init is the first."""
        own = _process_namespace(self._init)
        pids = sorted(int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit())
        return [self._init, *(pid for pid in pids if pid != self._init and _process_namespace(pid) == own)]

    def _find_init(self) -> int:
        assert self._process is not None
        if self._process.poll() is not None:
            raise AssertionError(f"{self.name} has ended: {self.console()}")
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        for child in map(int, children):
            try:
                if (
                    Path(f"/proc/{child}/cmdline")
                    .read_bytes()
                    .startswith((b"/sbin/init", b"/usr/lib/systemd", b"/lib/sy"))
                ):
                    return child
            except OSError:
                continue
        return 0

    def _try(self, script: str, timeout: float = COMMAND_SECONDS) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self._command(script), capture_output=True, text=True, timeout=timeout, check=False)

    def _command(self, script: str) -> list[str]:
        environment = ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LANG=C.UTF-8", "TERM=dumb"]
        return ["nsenter", "-t", str(self._init), "-a", "--", *environment, "bash", "-c", f"cd /root && {script}"]


class NewHost(Protocol):
    """A host of that name with the packages in /root, booted, for as long as the context lasts.

    It has the `system` that `file_system` has made, or `base`; with another release of Debian, `packages` are its.
    """

    def __call__(
        self, name: str, system: Path | None = None, packages: Sequence[Path] | None = None
    ) -> AbstractContextManager[Host]: ...


def _process_namespace(pid: int) -> str:
    """Empty where the process has gone."""
    try:
        return str(Path(f"/proc/{pid}/ns/pid").readlink())
    except OSError:
        return ""


def _signal(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _cgroup_roots() -> list[Path]:
    """Roots of the cgroup hierarchies in which this process is at the root itself, so that nothing limits it there."""
    at_root = {line.split(":")[1] for line in Path("/proc/self/cgroup").read_text().splitlines() if line.endswith(":/")}
    roots = []
    for line in Path("/proc/self/mounts").read_text().splitlines():
        _, where, kind, options, *_ = line.split()
        names = {""} if kind == "cgroup2" else {*options.split(",")} if kind == "cgroup" else set()
        if any({*name.split(",")} <= names for name in at_root):
            roots.append(Path(where))
    return roots


@contextmanager
def bridge() -> Iterator[None]:
    """The hosts' own network."""
    for command in (
        f"ip link add {_BRIDGE} type bridge",
        f"ip addr add {_NETWORK}.1/24 dev {_BRIDGE}",
        f"ip link set {_BRIDGE} up",
    ):
        subprocess.run(command.split(), check=True)
    try:
        yield
    finally:
        subprocess.run(["ip", "link", "del", _BRIDGE], check=True)


@contextmanager
def hosts_with(usual: Sequence[Path], prepare: Callable[[Host], None] = lambda host: None) -> Iterator[NewHost]:
    """Hosts on a bridge of their own, for as long as the context lasts; `prepare` is called before each boots."""
    directory = new_directory()
    numbers = iter(range(max(MACHINES.values()) + 1, 250))

    @contextmanager
    def make(name: str, system: Path | None = None, packages: Sequence[Path] | None = None) -> Iterator[Host]:
        with host(name, directory, MACHINES.get(name) or next(numbers), system) as made:
            for package in usual if packages is None else packages:
                shutil.copy(package, made.root / "root")
            prepare(made)
            made.boot()
            yield made

    try:
        with bridge():
            yield make
    finally:
        remove_beside(directory)


@contextmanager
def host(name: str, directory: Path, number: int, system: Path | None = None) -> Iterator[Host]:
    """A host that has not booted yet, with a file system of its own below `directory`, which knows the MACHINES."""
    with laid_over(system or base(), directory / name) as root:
        others = "".join(f"{_NETWORK}.{last} {machine}\n" for machine, last in MACHINES.items())
        (root / "etc/hosts").write_text(f"127.0.0.1 localhost\n::1 localhost\n{others}", encoding="ascii")
        (root / "etc/hostname").write_text(f"{name}\n", encoding="ascii")
        found = Host(name, root, f"{_NETWORK}.{number}")
        try:
            yield found
        finally:
            found.stop()
