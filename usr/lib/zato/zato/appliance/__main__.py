"""python -m zato.appliance STEP [N]: what systemd has done before it starts a part of Zato, or beside it.

cluster, console, console-wanted, server N, first-token N, renew, renew-joined, sign, upgrade and programs are root's.
migrate, register N, balancer, console-lighttpd, lighttpd N and reload-lighttpd N run as the user of that part.
haproxy becomes HAProxy. log runs as nobody who may read the journal.
"""

from __future__ import annotations

import argparse
import importlib
import sys

from zato.core.errors import ZatoError
from zato.core.visible import visible
from zato.host.secrecy import refuse_inspection

# Module and function; those that are not needed are not imported, as each start waits for this
_STEPS = {
    "cluster": ("create", "cluster"),
    "migrate": ("registering", "migrate_odb"),
    "renew": ("renew", "renew"),
    "renew-joined": ("joined", "renew"),
    "sign": ("sign", "sign"),
    "log": ("log", "tell"),
    "upgrade": ("upgrade", "upgrade"),
    "programs": ("replaced_programs", "renew_replaced"),
    "balancer": ("haproxy_files", "balancer"),
    "haproxy": ("balancer", "run"),
    "console": ("console", "prepare"),
    "console-wanted": ("console", "wanted"),
    "console-lighttpd": ("console", "lighttpd"),
}
_SERVER_STEPS = {
    "server": ("create", "server"),
    "register": ("registering", "register_server"),
    "lighttpd": ("lighttpd_files", "lighttpd"),
    "reload-lighttpd": ("lighttpd_files", "reload_lighttpd"),
    "first-token": ("first_token", "offer"),
}


def main() -> int:
    # Some of these run as the user of a program that meets the network, and read what that one may not
    refuse_inspection()
    parser = argparse.ArgumentParser(prog="python -m zato.appliance", description=__doc__)
    steps = parser.add_subparsers(dest="step", required=True)
    for name in _STEPS:
        steps.add_parser(name)
    for name in _SERVER_STEPS:
        steps.add_parser(name).add_argument("number", type=int)
    arguments = parser.parse_args()
    module, function = {**_STEPS, **_SERVER_STEPS}[arguments.step]
    call = getattr(importlib.import_module(f"zato.appliance.{module}"), function)
    try:
        call(*((arguments.number,) if arguments.step in _SERVER_STEPS else ()))
    except ZatoError as error:
        print(f"zato: {visible(error.message)}", file=sys.stderr)  # noqa: T201 - for the journal, and whoever runs apt
        return 1
    return 0


sys.exit(main())
