"""Packages over the admin API."""

from __future__ import annotations

from typing import Any

from zato.core.errors import InvalidInput
from zato.odb.package_reports import PackageReport, PackageReports


def test_packages_are_declared_and_each_server_says_what_it_has_of_them(world: Any) -> None:
    assert world.call("GET", "/packages").json == {
        "revision": 0,
        "requirements": "",
        "resolved": [],
        "require_hashes": False,
        "allow_source": False,
        "servers": [],
    }
    for number in (1, 2):
        world.members.register_server(number, "host", "1", world.clock.now())
    body = {"requirements": "a==1\n", "revision": 0}
    declared = world.call("PUT", "/packages", body, user="deployer").json
    assert (declared["resolved"], [each["installed"] for each in declared["servers"]]) == (["a==1"], [None, None])
    reports = PackageReports(world.database)
    now = world.clock.now()
    reports.put(PackageReport(1, declared["revision"] - 1, "3.11", False, "of before", now))
    reports.put(PackageReport(2, declared["revision"], "3.13", False, "No wheel.", now))
    found = world.call("GET", "/packages").json["servers"]
    assert [(each["installed"], each["reason"], each["python"]) for each in found] == [
        (None, None, None),
        (False, "No wheel.", "3.13"),
    ]
    world.refresh()
    status = world.call("GET", "/status").json
    assert "server-2 does not have the declared packages" in " ".join(status["problems"])
    reports.put(PackageReport(2, declared["revision"], "3.13", True, None, now))
    assert "declared packages" not in " ".join(world.call("GET", "/status").json["problems"])


def test_what_is_refused_is_answered_with_its_reason_and_audited(world: Any) -> None:
    world.packages.fails_with = InvalidInput("pip refuses the packages: no.", code="packages-refused")
    result = world.call("PUT", "/packages", {"requirements": "a"}, user="deployer")
    assert (result.status_code, result.json["error"]["code"]) == (400, "packages-refused")
    (entry,) = world.audit.entries(limit=1)
    assert (entry.action, entry.outcome, entry.principal) == ("declare-packages", "packages-refused", "deployer")


def test_the_item_itself_takes_no_options_of_pips(world: Any) -> None:
    for wrong in ("--index-url https://evil.example.com", "a @ https://evil.example.com/a.whl"):
        body = {"name": "packages", "value": {"requirements": wrong}}
        result = world.call("POST", "/items/packages", body)
        assert (result.status_code, result.json["error"]["code"]) == (400, "invalid-item")
    body = {"name": "others", "value": {"requirements": "a"}}
    assert "its name is packages" in world.call("POST", "/items/packages", body).text
