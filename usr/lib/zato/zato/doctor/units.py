"""systemd's units of an appliance."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

from zato.doctor.finding import Finding

_SECONDS = 10.0
_SIGNER = "zato-pki-sign.socket"
_CONSOLE = ("zato-admin.service", "zato-admin.socket", "zato-admin-lighttpd.service")
_CONSOLE_ENABLED = Path("/etc/systemd/system/zato.target.wants/zato-admin.service")
_PARTS = ("server", "singleton", "hotdeploy", "listener", "lighttpd", "lighttpd-agent")


def console_is_enabled() -> bool:
    """Whether it is started at a boot."""
    return _CONSOLE_ENABLED.is_symlink()


def check(numbers: list[int], *, balancer: bool, console: bool, signer: bool) -> Iterator[Finding]:
    """All run that belong to this machine's servers, the timer, and what of `balancer`, `console`, `signer` is here."""
    units = [f"zato-{part}@{number}.service" for number in numbers for part in _PARTS]
    units += ["zato-pki.timer", *(("zato-haproxy.service", "zato-haproxy-agent.service") if balancer else ())]
    units += [*(_CONSOLE if console else ()), *([_SIGNER] if signer else ())]
    states = _states(units)
    if len(states) != len(units):
        yield Finding("systemd does not say which of Zato's units run.", "systemctl status 'zato*'")
        return
    for unit, state in zip(units, states, strict=True):
        if state in ("active", "reloading"):
            continue
        if unit == _SIGNER:
            yield Finding(
                f"{unit} is {state}: certificates of servers on other machines are neither renewed nor revoked.",
                f"systemctl enable --now {unit}",
            )
        else:
            yield Finding(f"{unit} is {state}; journalctl -u {unit} says why.", f"systemctl start {unit}")


def _states(units: list[str]) -> list[str]:
    """One for each; none where systemd does not answer."""
    command = ["systemctl", "is-active", *units]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return []
    return done.stdout.split()
