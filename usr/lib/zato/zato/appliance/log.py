"""What Zato's units have said, for servers, which may not read the journal: one process for each question.

Only user zato can ask, by the mode of zato-log.socket. The process is nobody's but for the group that may read the
journal: see docs/adr/0026-the-log-is-read-not-given-away.md.
"""

from __future__ import annotations

import sys

from zato.logbook.client import answer
from zato.logbook.journal import JournalReader


def tell() -> None:
    """Answers the question on standard input, which is a connection of zato-log.socket."""
    answer(JournalReader(), sys.stdin.buffer, sys.stdout.buffer)
