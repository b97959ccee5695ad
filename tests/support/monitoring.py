"""What examples/monitoring asks Prometheus for."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml

DIRECTORY = Path(__file__).parents[2] / "examples" / "monitoring"
RULES = yaml.safe_load((DIRECTORY / "zato.rules.yml").read_text(encoding="utf-8"))
TESTS = yaml.safe_load((DIRECTORY / "zato.rules.test.yml").read_text(encoding="utf-8"))
DASHBOARD = json.loads((DIRECTORY / "zato.dashboard.json").read_text(encoding="utf-8"))


def expressions() -> list[str]:
    """Of all rules and panels."""
    panels: list[dict[str, Any]] = DASHBOARD["panels"]
    rules = [rule["expr"] for group in RULES["groups"] for rule in group["rules"]]
    return rules + [target["expr"] for panel in panels for target in panel["targets"]]


def used() -> set[str]:
    """Metrics that they name."""
    return set(re.findall(r"\bzato_[a-z0-9_]+", " ".join(expressions())))
