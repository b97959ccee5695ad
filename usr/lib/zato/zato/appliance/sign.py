"""The signer of the machine with the CA: one process for each question, which only user zato can ask, as root."""

from __future__ import annotations

import sys

from zato.appliance.create import LAYOUT
from zato.core.clock import SystemClock
from zato.pki.enrolment.door import answer
from zato.pki.enrolment.signer import Signer


def sign() -> None:
    """Answers the question on standard input, which is a connection of zato-pki-sign.socket."""
    answer(Signer(LAYOUT.pki, SystemClock()), sys.stdin.buffer, sys.stdout.buffer)
