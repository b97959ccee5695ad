"""Programs that tests start: as a user that is not root, ended with the test run, stopped by their ids."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from support.removal import remove_beside

_START_SECONDS = 60.0
_END_SECONDS = 10.0


class Program:
    """A running program with its own directory under the system's directory for temporary files.

    Where the tests run as root it runs as `user`, since database servers refuse to be root. The kernel sends it
    `end_signal` when the test run dies.
    """

    def __init__(self, name: str, user: str, end_signal: signal.Signals) -> None:
        self.name = name
        self._user = user
        self._end_signal = end_signal
        self.directory = Path(tempfile.mkdtemp(prefix=f"zato-{name}-"))
        self.output = self.directory / "output.log"
        self._process: subprocess.Popen[bytes] | None = None
        self.own(self.directory)

    def own(self, path: Path) -> None:
        """Hand a file to the user that the program runs as."""
        if os.geteuid() == 0:
            shutil.chown(path, self._user, pwd.getpwnam(self._user).pw_gid)

    def run(self, *command: str) -> None:
        """Run a command of the same package to its end, as the same user."""
        done = subprocess.run(self._as_user(command), cwd=self.directory, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{command[0]} failed with {done.returncode}: {done.stdout}{done.stderr}")

    def start(self, command: Sequence[str], ready: Callable[[], bool]) -> None:
        """Start it, and wait until it is ready."""
        with self.output.open("ab") as output:
            self._process = subprocess.Popen(
                self._as_user(command),
                cwd=self.directory,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        limit = time.monotonic() + _START_SECONDS
        while not ready():
            if self._process.poll() is not None or time.monotonic() > limit:
                self.kill()
                raise RuntimeError(f"{self.name} did not start: {self.output.read_text(errors='replace')[-3000:]}")
            time.sleep(0.05)

    def stop(self) -> None:
        """End it in its own orderly way; by force where that takes too long."""
        if self._process is None:
            return
        self._process.send_signal(self._end_signal)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_END_SECONDS)
            self._process = None
        self.kill()

    def kill(self) -> None:
        """End it and its children at once, as a power cut would; returns once all of them are gone."""
        if self._process is None:
            return
        # Frozen, it makes no more children while they are counted; one left over would hold on to shared memory.
        self.pause()
        family = self._tree()
        self.signal(signal.SIGKILL)
        self._process.wait()
        self._process = None
        limit = time.monotonic() + _END_SECONDS
        while any(_state(Path(f"/proc/{process}")) not in "ZX" for process in family):
            if time.monotonic() > limit:
                raise RuntimeError(f"Processes of {self.name} outlive SIGKILL: {family}")
            time.sleep(0.001)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to it and all processes under it."""
        for process in self._tree():
            try:
                os.kill(process, number)
            except ProcessLookupError:
                continue

    def pause(self) -> None:
        """Freeze it and its children; returns once no thread of theirs runs any more."""
        self.signal(signal.SIGSTOP)
        while any(_state(task) not in "TZX" for process in self._tree() for task in _tasks(process)):
            time.sleep(0.001)

    def resume(self) -> None:
        self.signal(signal.SIGCONT)

    def remove(self) -> None:
        """End it, and remove its directory: nothing in it is worth an orderly end."""
        self.kill()
        remove_beside(self.directory)

    def _as_user(self, command: Sequence[str]) -> list[str]:
        prefix = ["setpriv", "--pdeathsig", self._end_signal.name.removeprefix("SIG")]
        if os.geteuid() == 0:
            prefix += ["--reuid", self._user, "--regid", str(pwd.getpwnam(self._user).pw_gid), "--init-groups"]
        return [*prefix, *command]

    def _tree(self) -> list[int]:
        if self._process is None:
            return []
        parents: dict[int, list[int]] = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                fields = _fields(entry)
                if fields:
                    parents.setdefault(int(fields[1]), []).append(int(entry.name))
        found = [self._process.pid]
        for process in found:
            found += parents.get(process, [])
        return found


class RunsProgram:
    """A server that is `_program`, and is ended, frozen and removed as that is."""

    _program: Program

    def stop(self) -> None:
        self._program.stop()

    def kill(self) -> None:
        self._program.kill()

    def pause(self) -> None:
        self._program.pause()

    def resume(self) -> None:
        self._program.resume()

    def remove(self) -> None:
        self._program.remove()


def _tasks(process: int) -> list[Path]:
    try:
        return list(Path(f"/proc/{process}/task").iterdir())
    except FileNotFoundError:
        return []


def _state(task: Path) -> str:
    return (_fields(task) or ["X"])[0]


def _fields(entry: Path) -> list[str]:
    """What /proc says of a process or a thread from its state on; nothing where it is gone."""
    try:
        # The name in parentheses may hold blanks; what follows the last one does not
        return (entry / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []
