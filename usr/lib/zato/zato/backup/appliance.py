"""What a restore asks of an appliance."""

from __future__ import annotations

import os
import time

from zato.appliance import create, owners, units
from zato.backup.machine import Say
from zato.cluster.signing.register import Register
from zato.core.errors import SetupError
from zato.host.identity import as_owner_of
from zato.host.layout import Layout

_SHARED = 0o660  # as zato.appliance.registering makes the ODB's file
_WORK_SECONDS = 60.0
_POLL_SECONDS = 0.2


class Appliance:
    """systemd's units, and owners of their own for all that is loaded."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._waited: list[str] = []

    def check(self) -> None:
        if os.geteuid() != 0:
            raise SetupError("Only root can do this: it is about keys and units of this machine.", code="not-root")

    def stop(self) -> None:
        if units.systemd_runs():
            self._waited = units.waiting()
            units.stop_all()

    def go_on(self) -> None:
        if units.systemd_runs():
            units.start("zato.target", *self._waited)

    def prepare(self, numbers: tuple[int, ...]) -> None:
        owners.directory(self._layout.configuration, owners.ROOT, 0o755)
        owners.directory(self._layout.odb.parent, owners.SERVERS, 0o2770)
        for number in numbers:
            owners.directory(self._layout.server(number).config, owners.SERVERS, 0o750)

    def finish(self, numbers: tuple[int, ...], say: Say) -> None:
        with as_owner_of(self._layout.odb.parent):
            if self._layout.odb.exists():
                self._layout.odb.chmod(_SHARED)
        create.cluster()
        for number in numbers:
            create.server(number)

    def start(self, numbers: tuple[int, ...]) -> str:
        if not units.systemd_runs():
            return "Start it with: systemctl start zato.target"
        if Register(self._layout.pki).exists():
            units.enable_now("zato-pki-sign.socket")
        gone = sorted(set(units.enabled_servers()) - set(numbers))
        if gone:
            units.disable(*(f"zato-server@{number}.service" for number in gone))
        servers = [f"zato-server@{number}.service" for number in numbers]
        units.enable("zato.target", "zato-haproxy.service", *servers, "zato-pki.timer")
        units.start(*self._waited)
        deadline = time.monotonic() + _WORK_SECONDS
        while not all(units.work_of(number).serves for number in numbers):
            if time.monotonic() > deadline:
                return "Not all servers take requests yet; journalctl -u 'zato-server@*' says why."
            time.sleep(_POLL_SECONDS)
        return "It runs; zato status shows it."
