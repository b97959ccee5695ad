"""A process that has everything imported and does nothing but fork: a check then costs milliseconds.

For each connection to its socket the zygote forks a reaper, which enters a new process namespace and forks the
supervisor in it, which forks the candidate. The zygote itself never runs a line of what is deployed.
"""

from __future__ import annotations

import fcntl
import gc
import os
import select
import shutil
import signal
import socket
import sys
import tempfile
import time
from pathlib import Path

from zato.deployment.check.kernel import adopt_orphans, enter_pid_namespace, fork_into, kill_descendants, name_process
from zato.deployment.check.supervisor import supervise

_BACKLOG = 64
_REAPER_SECONDS = 30.0
_LOCK_SECONDS = 1.0


def start_zygote(socket_path: Path, *, namespaces: bool = True) -> int | None:
    """Fork the zygote from this process and return its pid once it can be connected to. It ends with this process.

    None where another one serves this socket already.

    This process must have one thread, as gunicorn's master has before it starts its workers: what it has imported
    is then shared with the zygote and not loaded twice. Without `namespaces`, candidates' processes are tracked down
    one by one, as it is done anyway where the kernel or a sandbox refuses namespaces.
    """
    gc.collect()
    gc.freeze()
    ready_read, ready_write = os.pipe()
    owner = os.getpid()

    def zygote() -> None:
        os.close(ready_read)
        run_zygote(socket_path, owner, ready_write, namespaces=namespaces)

    def between() -> None:
        fork_into(zygote)

    # Not a child of this process, whose own children are gunicorn's workers.
    os.waitpid(fork_into(between), 0)
    os.close(ready_write)
    with os.fdopen(ready_read, "rb") as ready:
        said = ready.read()  # ends in any case when the zygote does
    return int(said) if said else None


def run_zygote(socket_path: Path, owner: int, ready: int | None = None, *, namespaces: bool = True) -> None:
    """Serve until the process `owner` has ended. Returns at once where another zygote serves this socket."""
    if os.getsid(0) != os.getpid():
        os.setsid()
    name_process("zato-check")
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel does away with reapers that have ended
    signal.set_wakeup_fd(-1)
    _close_inherited(ready)
    lock = os.open(f"{socket_path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    if not _locked(lock):
        return
    try:
        owner_fd = os.pidfd_open(owner)
    except ProcessLookupError:
        return
    listener = _listen(socket_path)
    gc.disable()  # it would write to, and so copy, pages that are shared; candidates turn it on again
    if ready is not None:
        os.write(ready, str(os.getpid()).encode())
        os.close(ready)
    poll = select.poll()
    poll.register(listener, select.POLLIN)
    poll.register(owner_fd, select.POLLIN)
    while True:
        if any(fd == owner_fd for fd, _ in poll.poll()):
            return
        connection, _ = listener.accept()

        def child(connection: socket.socket = connection) -> None:
            listener.close()
            os.close(owner_fd)
            os.close(lock)
            _reap(connection, namespaces=namespaces)

        fork_into(child)
        connection.close()


def _locked(lock: int) -> bool:
    """Whether this is the socket's only zygote. That of a server that was killed a moment ago may be about to end."""
    deadline = time.monotonic() + _LOCK_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.01)
        else:
            return True


def _close_inherited(ready: int | None) -> None:
    """Nothing of the master's stays open but its standard output, so that no socket outlives it here."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    kept = -1 if ready is None else ready
    for entry in list(Path("/proc/self/fd").iterdir()):
        fd = int(entry.name)
        if fd > sys.stderr.fileno() and fd != kept:
            try:
                os.close(fd)
            except OSError:  # the descriptor of the directory that was being read
                continue


def _listen(socket_path: Path) -> socket.socket:
    socket_path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        listener.bind(str(socket_path))
    finally:
        os.umask(before)
    listener.listen(_BACKLOG)
    return listener


def _reap(connection: socket.socket, *, namespaces: bool) -> None:
    """One check's outermost process: makes the namespace, and clears up whatever happens inside."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    directory = tempfile.mkdtemp(prefix="zato-check-")
    try:
        namespaced = namespaces and enter_pid_namespace()
        if not namespaced:
            adopt_orphans()
        supervisor = fork_into(lambda: supervise(connection, directory, namespaced=namespaced))
        connection.close()
        if not select.select([os.pidfd_open(supervisor)], [], [], _REAPER_SECONDS)[0]:
            os.kill(supervisor, signal.SIGKILL)
        os.waitpid(supervisor, 0)
        if not namespaced:
            kill_descendants(_REAPER_SECONDS)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
