"""`python -I -m zato.server.check SOCKET OWNER`: start a zygote that lives as long as the process OWNER, and return."""

from __future__ import annotations

import sys
from pathlib import Path

from zato.server.check.kernel import fork_into
from zato.server.check.zygote import run_zygote

if __name__ == "__main__":
    fork_into(lambda: run_zygote(Path(sys.argv[1]), int(sys.argv[2])))
