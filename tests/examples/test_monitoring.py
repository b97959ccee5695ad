"""examples/monitoring: promtool takes it, its rules do what they say. Metrics: tests/system/test_metrics.py."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from support.monitoring import DASHBOARD, DIRECTORY, RULES, TESTS, expressions, used


def promtool(*arguments: str, directory: Path = DIRECTORY) -> None:
    done = subprocess.run(["promtool", *arguments], cwd=directory, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_scrape_configuration_is_taken(tmp_path: Path) -> None:
    shutil.copytree(DIRECTORY, tmp_path / "monitoring")
    for name in ("zato-ca.crt", "zato-password"):
        (tmp_path / "monitoring" / name).write_text("x\n", encoding="utf-8")
    promtool("check", "config", "prometheus.yml", directory=tmp_path / "monitoring")


def test_the_rules_do_what_their_tests_say() -> None:
    promtool("check", "rules", "--lint=all", "--lint-fatal", "zato.rules.yml")
    promtool("test", "rules", "zato.rules.test.yml")


def alerts() -> set[str]:
    return {rule["alert"] for group in RULES["groups"] for rule in group["rules"] if "alert" in rule}


def test_each_alert_is_shown_to_be_raised_and_not_to_be() -> None:
    checked = [each for test in TESTS["tests"] for each in test["alert_rule_test"]]
    assert {each["alertname"] for each in checked if each.get("exp_alerts")} == alerts()
    assert {each["alertname"] for each in checked if not each.get("exp_alerts")} == alerts()


def test_each_expression_of_the_dashboard_is_one(tmp_path: Path) -> None:
    texts = [each.replace("$__rate_interval", "5m").replace("$job", "zato") for each in expressions()]
    rules = [{"record": f"checked:{number}", "expr": text} for number, text in enumerate(texts)]
    (tmp_path / "rules.yml").write_text(yaml.safe_dump({"groups": [{"name": "a", "rules": rules}]}), encoding="utf-8")
    promtool("check", "rules", "rules.yml", directory=tmp_path)


def test_panels_have_titles_and_places_of_their_own() -> None:
    panels = DASHBOARD["panels"]
    assert len({panel["title"] for panel in panels}) == len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken and place["x"] + place["w"] <= 24
        taken |= cells


@pytest.mark.parametrize("document", ["docs/observing.md"])
def test_each_metric_that_is_used_is_explained(document: str) -> None:
    text = (DIRECTORY.parents[1] / document).read_text(encoding="utf-8")
    bases = {re.sub(r"_(bucket|count|sum)$", "", name) for name in used()}
    assert sorted(name for name in bases if f"`{name}`" not in text) == []
