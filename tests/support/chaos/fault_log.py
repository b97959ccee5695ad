"""What was done to the cluster, when, and from which seed it follows."""

from __future__ import annotations

import json
import time
from pathlib import Path


class FaultLog:
    """Appends a line of JSON for each fault to `path`, and prints it."""

    def __init__(self, path: Path, scenario: str, seed: int) -> None:
        self.seed = seed
        self._path = path
        self._scenario = scenario
        path.parent.mkdir(parents=True, exist_ok=True)

    def note(self, fault: str, **facts: object) -> float:
        """The time of it, in seconds since the epoch."""
        now = time.time()
        line = {"time": round(now, 3), "scenario": self._scenario, "seed": self.seed, "fault": fault, **facts}
        with self._path.open("a", encoding="utf-8") as output:
            output.write(json.dumps(line) + "\n")
        told = " ".join(f"{name}={value}" for name, value in facts.items())
        moment = time.strftime("%H:%M:%S", time.gmtime(now))
        print(f"    {moment}.{int(now * 1000) % 1000:03} {fault} {told} (seed {self.seed})", flush=True)
        return now
