"""zato-pki-sign.socket, by which servers ask the signer."""

from __future__ import annotations

import contextlib

from zato.cluster.signing.register import Register
from zato.core.errors import SetupError
from zato.host.layout import Layout

_SOCKET = "zato-pki-sign.socket"


def offer(layout: Layout) -> None:
    """It is there where tokens were made: a backup of /etc/zato does not have what systemd knows of it.

    Servers are told which tokens are out. A socket that an administrator has masked stays so.
    """
    register = Register(layout.pki)
    if register.exists():
        with contextlib.suppress(SetupError):  # a damaged one keeps machines from joining, and nothing from starting
            register.publish()
        from zato.appliance import units  # each start waits for what is imported

        if units.is_disabled(_SOCKET):
            units.enable_now(_SOCKET)
