"""Notices that a certificate of HAProxy's was renewed, whoever did that."""

from __future__ import annotations

from pathlib import Path

from zato.agent.haproxy.running import Worker
from zato.core.clock import Clock
from zato.core.errors import Unavailable
from zato.host.layout import Layout
from zato.host.logs import get_logger
from zato.pki.names import BALANCER, BALANCER_CLIENT, PUBLIC

_TURN_SECONDS = 1.0
# HAProxy tells its age in whole seconds, and reads its certificates a moment before it begins to count
_MARGIN_SECONDS = 1.5


class CertificateWatch:
    """Files that are as they were when HAProxy read them are not looked at."""

    def __init__(self, layout: Layout, clock: Clock) -> None:
        self._layout = layout
        self._clock = clock
        self._seen: dict[str, tuple[int, tuple[int, ...]]] = {}
        self._next = 0.0
        self._log = get_logger("zato.agent.haproxy")

    def turn(self, worker: Worker, *, with_public: bool = False) -> None:
        """Has HAProxy, of which this was the newest process just now, use what is new, once a second at most.

        `with_public`: that process has loaded a public certificate as well.
        """
        now = self._clock.monotonic()
        if now < self._next:
            return
        self._next = now + _TURN_SECONDS
        started = self._clock.now().timestamp() - worker.uptime_seconds - _MARGIN_SECONDS
        pki = self._layout.pki.absolute()
        of_names = {name: [pki / f"{name}.{end}" for end in ("crt", "key")] for name in (BALANCER, BALANCER_CLIENT)}
        if with_public:
            of_names[PUBLIC] = [pki / f"{PUBLIC}.pem"]
        for name, paths in of_names.items():
            try:
                changed = tuple(path.stat().st_mtime_ns for path in paths)
            except FileNotFoundError:
                continue
            if self._seen.get(name) == (worker.pid, changed):
                continue
            if self._seen.get(name, (0,))[0] == worker.pid or max(changed) / 1e9 > started:
                self._refresh(name, paths[0])
            self._seen[name] = (worker.pid, changed)

    def _refresh(self, name: str, path: Path) -> None:
        from zato.agent.haproxy.certificates import BalancerCertificates  # rarely needed, and it takes megabytes

        try:
            if BalancerCertificates(self._layout.haproxy_socket).refresh(path):
                self._log.info("HAProxy uses a renewed certificate", certificate=name)
        except Unavailable as error:
            self._log.warning("HAProxy refuses a renewed certificate", certificate=name, reason=error.message)
