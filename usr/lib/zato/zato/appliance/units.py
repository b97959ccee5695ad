"""Units of this machine as an upgrade needs them: which servers run, and restarting one without a failed request."""

from __future__ import annotations

import re
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from zato.agent.haproxy.running import RunningHaproxy, status_of
from zato.client.transport import SocketTransport
from zato.core.errors import SetupError, ZatoError
from zato.host.layout import APPLIANCE_LAYOUT as LAYOUT

BALANCER = "zato-haproxy.service"
CONSOLE = "zato-admin.service"
CONSOLE_EDGE = "zato-admin-lighttpd.service"
_BALANCER_AGENT = "zato-haproxy-agent.service"
_ENABLED = Path("/etc/systemd/system")
_SYSTEMCTL_SECONDS = 240.0
_WORK_SECONDS = 60.0
_HEALTH_SECONDS = 5.0
_POLL_SECONDS = 0.2
_NAME = re.compile(r"^zato-server@([0-9]+)\.service ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Work:
    """What a server does."""

    serves: bool
    """Takes requests."""
    balanced: bool
    """Gets requests from this machine's HAProxy."""

    def covers(self, expected: Work) -> bool:
        """Whether it is as much as expected, or more."""
        return self.serves >= expected.serves and self.balanced >= expected.balanced


def systemd_runs() -> bool:
    """Whether this machine was booted with it: a package may also be installed into a directory."""
    return Path("/run/systemd/system").is_dir()


def read_again() -> None:
    """Has systemd read the units' files again."""
    _systemctl("daemon-reload")


def enable(*names: str) -> None:
    """Has these started now, also where they run already, and at each boot. Returns before they run."""
    _systemctl("enable", "-q", *names)
    _systemctl("restart", "--no-block", *names)


def enable_now(name: str) -> None:
    """Starts it now, and has it started at each boot."""
    _systemctl("enable", "-q", "--now", name)


def is_disabled(name: str) -> bool:
    """Whether it is not started at a boot, although nobody has masked it."""
    return _systemctl("is-enabled", name, must=False).strip() == "disabled"


def disable(*names: str) -> None:
    """Ends these, and has them started at no boot."""
    _systemctl("disable", "-q", "--now", *names)


def enabled_servers() -> list[int]:
    """Servers that are started at a boot."""
    # `systemctl list-unit-files` lists no instance of a template on Debian 13
    links = {path.name for path in _ENABLED.glob("*.wants/zato-server@*.service")}
    return sorted(int(number) for link in links for number in _NAME.findall(f"{link} "))


def waiting() -> list[str]:
    """Timers and sockets that start something of Zato's."""
    listed = _systemctl("list-units", "--plain", "--no-legend", "--state=active", "zato-*.socket", "zato-*.timer")
    return [line.split()[0] for line in listed.splitlines() if line.strip()]


def stop_all() -> None:
    """Stops everything of Zato's, the timers and sockets that would start it again included."""
    _systemctl("stop", "zato.target", "zato-*")


def start(*names: str) -> None:
    """Starts these."""
    if names:
        _systemctl("start", *names)


def running_servers() -> list[int]:
    """Servers that run, or that systemd tries to start."""
    listed = _systemctl("list-units", "--plain", "--no-legend", "--state=active,activating", "zato-server@*.service")
    return sorted(map(int, _NAME.findall(listed)))


def work_of(number: int) -> Work:
    """What a server does at this moment."""
    transport = SocketTransport(LAYOUT.server(number).internal_socket)
    try:
        answer = transport.request("GET", "/zato/health", None, {}, timeout_seconds=_HEALTH_SECONDS)
    except ZatoError:
        return Work(serves=False, balanced=_is_balanced(number))
    return Work(serves=answer.status == 200, balanced=_is_balanced(number))


def restart_server(number: int, expected: Work) -> None:
    """Has it drain, end and start again. Raises SetupError where it does less than expected a minute later."""
    _systemctl("restart", f"zato-server@{number}.service", must=expected.serves)
    deadline = time.monotonic() + _WORK_SECONDS
    while not work_of(number).covers(expected):
        if time.monotonic() > deadline:
            raise SetupError(
                f"Server {number} takes no requests {_WORK_SECONDS:.0f} s after its restart; "
                f"journalctl -u zato-server@{number} says why."
            )
        time.sleep(_POLL_SECONDS)


def runs_replaced_program(unit: str) -> bool:
    """Whether the program that its main process was started from was removed or replaced since."""
    pid = int(_systemctl("show", "-P", "MainPID", unit).strip() or 0)
    try:
        return pid != 0 and str(Path(f"/proc/{pid}/exe").readlink()).endswith(" (deleted)")
    except OSError:
        return False  # it has ended: what is started next is the new one


def renew_balancer() -> None:
    """Has HAProxy, where it runs, read a configuration that this release renders; open connections go on."""
    if _systemctl("is-active", BALANCER, must=False).strip() == "active":
        _systemctl("reload", BALANCER)
        _systemctl("restart", _BALANCER_AGENT)


def renew_console() -> None:
    """Has the console, where it runs, go on with this release: requests wait at its socket meanwhile.

    Servers do not depend on it, so where it fails systemd tries again, and the doctor tells of it.
    """
    for verb, name in (("restart", CONSOLE), ("reload", CONSOLE_EDGE)):
        _where_active(verb, name)


def take_up_console_certificates() -> None:
    """The console and its lighttpd, where they run, show what is in their files now."""
    if systemd_runs():
        renew_console()


def restart_console_edge() -> None:
    """Where it runs; whoever connects just then is refused."""
    _where_active("restart", CONSOLE_EDGE)


def _where_active(verb: str, name: str) -> None:
    if _systemctl("is-active", name, must=False).strip() == "active":
        _systemctl(verb, name, must=False)


def _is_balanced(number: int) -> bool:
    try:
        rows = status_of(RunningHaproxy.of(LAYOUT).statistics())
    except ZatoError:
        return False
    return rows.get(f"server-{number}", {}).get("status", "").startswith("UP")


def _systemctl(*arguments: str, must: bool = True) -> str:
    """What systemctl prints. Raises SetupError where it fails, if it `must` not."""
    command = ["systemctl", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SYSTEMCTL_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise SetupError(f"{' '.join(command)} did not end within {_SYSTEMCTL_SECONDS:.0f} s.") from error
    if must and done.returncode != 0:
        raise SetupError(f"{' '.join(command)} failed: {done.stderr.strip()}")
    return done.stdout
