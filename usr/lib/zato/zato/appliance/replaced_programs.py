"""HAProxy and lighttpd of Debian's packages, as these are upgraded: what runs of them is the version that is installed.

Without it, a lighttpd would go on as it was, and end with the next reload: it takes no modules of another version.
"""

from __future__ import annotations

from zato.appliance import units


def renew_replaced() -> None:
    """Servers whose lighttpd was replaced are restarted, one at a time, each at work again before the next one; HAProxy
    is reloaded, where it was. Raises SetupError where one of them is not what it was before."""
    if not units.systemd_runs():
        return
    for number in units.running_servers():
        if units.runs_replaced_program(f"zato-lighttpd@{number}.service"):
            units.restart_server(number, units.work_of(number))
    if units.runs_replaced_program(units.CONSOLE_EDGE):
        units.restart_console_edge()
    if units.runs_replaced_program(units.BALANCER):
        units.renew_balancer()
