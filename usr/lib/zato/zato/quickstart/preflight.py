"""What can be known to be wrong before anything is started."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
from pathlib import Path

from zato.core.errors import SetupError
from zato.host.layout import Layout
from zato.host.settings import ClusterSettings

_PROGRAMS = {"haproxy": "haproxy", "lighttpd": "lighttpd", "git": "git"}
_WHERE = "/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin"
_SOCKET_PATH_MAX = 107


def program(name: str) -> str:
    """The path of a program. Raises SetupError that says which package has it."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:{_WHERE}")
    if found is None:
        raise SetupError(f"{name} is not installed; run: apt-get install {_PROGRAMS[name]}", code="missing-program")
    return found


def check_ports(settings: ClusterSettings) -> None:
    """Raises SetupError for a port that something else listens on."""
    ports = {settings.lb_port: "lb_port"}
    for number in range(1, settings.servers + 1):
        ports[settings.lighttpd_port_of(number)] = "lighttpd_port"
    for port, setting in ports.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.bind, port))
            except PermissionError as error:
                raise SetupError(f"Port {port} needs root; set {setting} to one above 1023.", code="port") from error
            except OSError as error:
                raise SetupError(
                    f"Port {port} on {settings.bind} is taken ({error.strerror}); end what listens there, "
                    f"or set {setting} in zato.toml to another port.",
                    code="port-taken",
                ) from error


def check_directory(layout: Layout) -> None:
    """Raises SetupError where the directory cannot be written or is too deep for unix sockets."""
    root = layout.root
    existing = next(path for path in (root, *root.parents) if path.exists())
    if not os.access(existing, os.W_OK):
        raise SetupError(f"{existing} cannot be written by this user; choose another directory.", code="directory")
    longest = len(str(layout.server(99).internal_socket).encode())
    if longest > _SOCKET_PATH_MAX:
        raise SetupError(
            f"{root} is too long a path for unix sockets by {longest - _SOCKET_PATH_MAX} bytes; choose a shorter one.",
            code="directory",
        )


class RunLock:
    """Held while a cluster runs from a directory. The kernel releases it when the process ends, however that is."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def acquire(self) -> None:
        """Raises SetupError where another process holds it."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(file)
            raise SetupError(
                f"The cluster in {self._path.parent.parent} is running already, under process {self.holder()}; "
                "stop it with Ctrl-C there, or with: zato quickstart stop",
                code="already-running",
            ) from error
        os.ftruncate(file, 0)
        os.write(file, f"{os.getpid()}\n".encode())
        self._file = file

    def holder(self) -> int | None:
        """The process that holds the lock now, None where none does."""
        try:
            file = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            text = os.read(file, 20).strip()
            return int(text) if text else None
        finally:
            os.close(file)
        return None
