"""What workers count."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_PROGRAM = """
import sys
from pathlib import Path

from zato.metrics import Exposition, Metrics
from zato.metrics.allocated import count_in
from zato.metrics.instruments import ROUTES_MAX

count_in(Path(sys.argv[1]))
metrics, page = Metrics(), Exposition(1, ())
routes = [metrics.route(f"channel-{n}", "some.service") for n in range(ROUTES_MAX + 5)]
print(page.page().count(b"channel-"))
for route in routes:
    route.observe(200, 0.5)
metrics.route("(admin)", "status").observe(200, 0.5)
routes[0].observe(200, 0.5)
metrics.route("channel-1", "some.service").observe(200, 0.5)
told = [line for line in page.page().decode().splitlines() if line.startswith("zato_requests_total")]
print(len(told))
for name in ("channel-0", "channel-1", "(others)", "(admin)"):
    print(*[line.rpartition(" ")[2] for line in told if f'channel="{name}"' in line])
"""


def test_a_channel_is_told_from_its_first_request_on_and_so_many_of_them_apart(tmp_path: Path) -> None:
    """In a process of its own, as one can count once only."""
    command = [sys.executable, "-c", _PROGRAM, str(tmp_path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout.split("\n")[:-1] == ["0", "1002", "2.0", "2.0", "5.0", "1.0"]
