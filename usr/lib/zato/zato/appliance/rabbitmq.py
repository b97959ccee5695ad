"""Prepares the RabbitMQ of Debian's package on this machine for the cluster; root's to do."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from zato.appliance.owners import Owner, directory, give
from zato.broker.rabbitmq.definitions import PLUGINS, configuration, definitions
from zato.core.clock import SystemClock
from zato.core.errors import SetupError
from zato.host.files import read_plain, write_atomically
from zato.pki.authority import Authority, Usage
from zato.pki.certificate_names import is_host
from zato.pki.certificates import hosts_of, is_pair, load_certificate
from zato.pki.names import BROKER, server_name
from zato.pki.renewal import due

CONFIGURATION = Path("/etc/rabbitmq")
SERVERS_MAX = 64
"""Users are made for all servers that there can be: one without a certificate is nobody's way in."""
_RABBITMQ = Owner("root", "rabbitmq")
_COMMAND_SECONDS = 120


def server_users() -> list[str]:
    """Names of the servers' certificates."""
    return [server_name(number) for number in range(1, SERVERS_MAX + 1)]


def run_command(command: Sequence[str]) -> str:
    """Its output. Raises SetupError with what it said where it fails."""
    # rabbitmqctl becomes the user rabbitmq, who is not to have root's terminal (TIOCSTI)
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=_COMMAND_SECONDS,
            start_new_session=True,
        )
    except subprocess.TimeoutExpired as error:
        raise SetupError(
            f"{' '.join(command)} did not end within {_COMMAND_SECONDS} s; journalctl -u rabbitmq-server may say why, "
            "then repeat this.",
            code="rabbitmq-setup-failed",
        ) from error
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip())[-500:]
        raise SetupError(f"{' '.join(command)} failed: {said}", code="rabbitmq-setup-failed")
    return done.stdout


class RabbitMqSetup:
    """Does what is not done yet, and may be repeated: certificates that are due are issued again then."""

    def __init__(
        self,
        pki: Path,
        *,
        vhost: str,
        hosts: Sequence[str],
        port: int,
        directory: Path = CONFIGURATION,
        owner: Owner = _RABBITMQ,
        run: Callable[[Sequence[str]], str] = run_command,
    ) -> None:
        """`hosts` are names, beside this machine's own, under which servers reach it."""
        own = (socket.getfqdn(), socket.gethostname(), "localhost", "127.0.0.1")
        self._hosts = tuple(dict.fromkeys((*hosts, *(name for name in own if is_host(name)))))
        self._authority = Authority(pki)
        self._vhost = vhost
        self._port = port
        self._directory = directory
        self._owner = owner
        self._run = run

    def run(self) -> list[str]:
        """What was changed. Raises SetupError."""
        self._check()
        zato = self._directory / "zato"
        directory(zato, self._owner, 0o755)
        self._issue()
        certificates = [name for name in ("ca.crt", f"{BROKER}.crt", f"{BROKER}.key") if self._copy(zato, name)]
        restart = list(certificates)
        settings = self._directory / "conf.d" / "zato.conf"
        settings.parent.mkdir(mode=0o755, exist_ok=True)
        if self._write(settings, configuration(zato, listen=str(self._port)).encode()):
            restart.append(settings.name)
        missing = [plugin for plugin in PLUGINS if plugin not in self._plugins()]
        for plugin in missing:
            self._run(["rabbitmq-plugins", "enable", "--offline", plugin])
        restart += missing
        wanted = self._write(zato / "definitions.json", definitions(self._vhost, server_users()).encode())
        if restart:
            self._run(["systemctl", "restart", "rabbitmq-server"])
        self._run(["rabbitmqctl", "await_startup", "--timeout", "60"])
        self._run(["rabbitmqctl", "import_definitions", str(zato / "definitions.json")])
        changed = [*restart, *(["definitions.json"] if wanted else [])]
        if "guest" in self._run(["rabbitmqctl", "--quiet", "list_users"]).split():
            self._run(["rabbitmqctl", "delete_user", "guest"])
            changed.append("user guest deleted")
        return changed

    def _check(self) -> None:
        if os.geteuid() != 0:
            raise SetupError("RabbitMQ is prepared by root; run this command with sudo.", code="not-root")
        if shutil.which("rabbitmqctl") is None or not self._directory.is_dir():
            raise SetupError(
                "There is no RabbitMQ on this machine; install it with: apt install rabbitmq-server. For one that is "
                "elsewhere, use: zato broker setup --print",
                code="no-rabbitmq",
            )
        self._owner.ids()

    def _plugins(self) -> list[str]:
        return self._run(["rabbitmq-plugins", "list", "--enabled", "--minimal", "--quiet", "--offline"]).split()

    def _issue(self) -> None:
        path = self._authority.directory / f"{BROKER}.crt"
        if is_pair(path):
            found = load_certificate(path)
            if not due(SystemClock().now(), found) and set(self._hosts) <= set(hosts_of(found)):
                return
        self._authority.issue(BROKER, usage=Usage.SERVER, hosts=self._hosts)

    def _copy(self, to: Path, name: str) -> bool:
        return self._write(to / name, (self._authority.directory / name).read_bytes())

    def _write(self, path: Path, data: bytes) -> bool:
        """Whether that is new."""
        # The directory may be the user rabbitmq's, who could have put anything there
        new = _content(path) != data
        if new:
            write_atomically(path, data)
        give(path, self._owner, 0o640)
        return new


def _content(path: Path) -> bytes | None:
    """The content of a plain file; None where there is none."""
    try:
        return read_plain(path)
    except OSError:
        return None
