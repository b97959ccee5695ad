"""The signer of the machine with the CA: one process for each question, as root.

Only user zato can ask, by the mode of zato-pki-sign.socket. What that user may do without anybody else's proof is to
have a server's certificates revoked.
"""

from __future__ import annotations

import sys

from zato.cluster.signing.client import answer
from zato.cluster.signing.signer import Signer
from zato.core.clock import SystemClock
from zato.host.layout import APPLIANCE_LAYOUT as LAYOUT


def sign() -> None:
    """Answers the question on standard input, which is a connection of zato-pki-sign.socket."""
    answer(Signer(LAYOUT.pki, SystemClock()), sys.stdin.buffer, sys.stdout.buffer)
