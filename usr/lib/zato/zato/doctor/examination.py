"""All checks, in the order in which an operator would look."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from zato.cluster.signing.register import Register
from zato.core.errors import ZatoError
from zato.doctor import certificates, clocks, configuration, database, files, limits, machine, programs, units
from zato.doctor.finding import Finding, of_error
from zato.host.layout import Layout
from zato.host.settings import load_cluster


def examine(layout: Layout, now: datetime) -> Iterator[tuple[str, list[Finding]]]:
    """What was looked at, and what was found. Raises SetupError where there is no cluster."""
    cluster = load_cluster(layout)
    numbers = layout.server_numbers(cluster.servers)
    checks: dict[str, Callable[[], Iterator[Finding]]] = {
        "settings": lambda: files.check_settings(layout, numbers),
        "keys": lambda: files.check_keys(layout),
        "certificates": lambda: certificates.check(layout, now),
        "disk": lambda: machine.check_disk(layout),
        "memory": machine.check_memory,
        "ODB": lambda: database.check(layout, cluster),
        "configuration": lambda: configuration.check(layout, cluster),
        "clocks": lambda: clocks.check(layout, cluster, now),
        "HAProxy and lighttpd": lambda: programs.check(layout, numbers, balancer=not cluster.has_joined),
        "ports": lambda: machine.check_ports(layout, cluster, numbers),
        "limits for one source": lambda: limits.check(layout, now),
        "pickup directories": lambda: files.check_pickup(layout, numbers),
    }
    if layout.is_appliance:
        checks["units"] = lambda: units.check(
            numbers,
            balancer=not cluster.has_joined,
            console=cluster.console and not cluster.has_joined and units.console_is_enabled(),
            signer=not cluster.has_joined and Register(layout.pki).exists(),
        )
    for subject, check in checks.items():
        try:
            found = list(check())
        except (ZatoError, OSError) as error:
            reason = error if isinstance(error, ZatoError) else ZatoError(f"This could not be looked at: {error}.")
            found = [of_error(reason, "Run it as root.")]
        yield subject, found
