"""Runs one attack; prints what it met with as JSON. See the package."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from support.attacks import ATTACKS
from support.attacks.target import Target


def main(name: str, port: str, ca: str, seconds: str, *sources: str) -> None:
    target = Target(port=int(port), ca=Path(ca), seconds=float(seconds), sources=sources)
    print(json.dumps(asyncio.run(ATTACKS[name](target))))


if __name__ == "__main__":
    main(*sys.argv[1:])
