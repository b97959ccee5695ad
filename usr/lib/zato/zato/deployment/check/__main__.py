"""`python -I -m zato.deployment.check SOCKET OWNER`: start a zygote that lives as long as process OWNER, and return."""

from __future__ import annotations

import sys
from pathlib import Path

from zato.deployment.check.kernel import fork_into
from zato.deployment.check.zygote import run_zygote

if __name__ == "__main__":
    fork_into(lambda: run_zygote(Path(sys.argv[1]), int(sys.argv[2])))
