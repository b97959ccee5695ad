"""Runs one attack; prints what it met with as JSON. See the package."""

from __future__ import annotations

import asyncio
import json
import ssl
import sys

from support.attacks import ATTACKS
from support.attacks.elsewhere import give_way
from support.attacks.target import Target


def main(name: str, port: str, ca: str, seconds: str, *sources: str) -> None:
    give_way()
    context = ssl.create_default_context(cafile=ca)
    target = Target(port=int(port), seconds=float(seconds), sources=sources, context=context)
    print(json.dumps(asyncio.run(ATTACKS[name](target))))


if __name__ == "__main__":
    main(*sys.argv[1:])
