"""What differs, as a person sees it."""

from __future__ import annotations

from typing import Any

import pytest

from zato.cli.differences import show_items
from zato.cli.items import brief

OLD, NEW = "a" * 64, "b" * 64


def _field(name: str, before: Any, after: Any) -> dict[str, Any]:
    return {"field": name, "before": before, "after": after}


def test_a_deployment_shows_services_that_come_and_go_and_no_hashes(capsys: pytest.CaptureFixture[str]) -> None:
    fields = [
        _field("deployment_id", 3, None),
        _field("sha256", OLD, NEW),
        _field("services", ["shop.place", "shop.list"], ["shop.list", "shop.cancel"]),
    ]
    show_items([{"kind": "deployment", "name": "shop.py", "action": "update", "fields": fields}])
    assert capsys.readouterr().out == (
        "update deployment 'shop.py'\n"
        "  version: deployment 3 -> a new one\n"
        "  content: another file\n"
        "  services: - shop.place\n"
        "  services: + shop.cancel\n"
    )


def test_a_file_that_is_new_or_goes_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    new = [_field("deployment_id", None, None), _field("sha256", None, NEW), _field("services", None, ["shop.list"])]
    gone = [_field("deployment_id", 3, None), _field("sha256", OLD, None), _field("services", ["shop.list"], None)]
    show_items([{"kind": "deployment", "name": "shop.py", "action": "create", "fields": new}])
    assert capsys.readouterr().out.splitlines()[1:] == [
        "  version: none -> a new one",
        "  content: a new file",
        "  services: + shop.list",
    ]
    show_items([{"kind": "deployment", "name": "shop.py", "action": "delete", "fields": gone}])
    assert capsys.readouterr().out.splitlines()[1:] == [
        "  version: deployment 3 -> none",
        "  content: goes",
        "  services: - shop.list",
    ]


def test_packages_are_shown_by_name_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    before, after = f"six==1.16.0 --hash=sha256:{OLD}", f"six==1.17.0 --hash=sha256:{NEW}"
    show_items(
        [
            {
                "kind": "packages",
                "name": "packages",
                "action": "update",
                "fields": [_field("resolved", [before], [after])],
            }
        ]
    )
    assert capsys.readouterr().out.splitlines()[1:] == ["  resolved: - six==1.16.0", "  resolved: + six==1.17.0"]
    assert brief({"resolved": [after]}) == "resolved=six==1.17.0"
    assert brief({"deployment_id": 7, "sha256": OLD}) == f"deployment_id=7 sha256={OLD[:12]}"


def test_the_order_alone_is_shown_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    fields = [_field("methods", ["GET", "PUT"], ["PUT", "GET"]), _field("path", "/a", None)]
    show_items([{"kind": "channel-rest", "name": "a", "action": "update", "fields": fields}])
    assert capsys.readouterr().out.splitlines()[1:] == [
        '  methods: ["GET", "PUT"] -> ["PUT", "GET"]',
        '  path: "/a" -> null',
    ]
