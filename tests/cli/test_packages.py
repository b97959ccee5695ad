"""What the commands for packages declare, when they are done waiting, and what they make of the answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from support.told_api import ToldApi
from zato.cli import packages
from zato.cli.packages import command
from zato.core.errors import InvalidInput, NotFound, TimeLimitExceeded

HASH = " --hash=sha256:" + "a" * 64


def server(number: int, installed: bool | None = True, reason: str | None = None) -> dict[str, Any]:
    return {"number": number, "installed": installed, "python": "3.11", "reason": reason}


def declared(requirements: str = "", resolved: tuple[str, ...] = (), *servers: dict[str, Any]) -> dict[str, Any]:
    return {
        "requirements": requirements,
        "resolved": list(resolved),
        "revision": 7,
        "require_hashes": True,
        "allow_source": False,
        "servers": list(servers or (server(1),)),
    }


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> ToldApi:
    monkeypatch.setattr(packages, "_LOOK_SECONDS", 0.0)
    made = ToldApi()
    made.answers["PUT /packages"] = {}
    return made


def put(api: ToldApi) -> dict[str, Any]:
    """What was declared."""
    (found,) = [given for what, given in api.asked if what == "PUT /packages"]
    assert isinstance(found, dict)
    return found


def test_what_is_installed_comes_beside_what_is_declared_and_says_what_has_come_and_gone(api: ToldApi) -> None:
    api.answers["GET /packages"] = [
        declared("a==1\nb\n", (f"a==1{HASH}", f"b==5{HASH}", f"c==2{HASH}")),
        declared("A==2\nb\n", (f"a==2{HASH}", f"b==5{HASH}")),
    ]
    done = api.run(command, "install", "A==2")
    assert done.stdout.splitlines() == [
        "Installed: a==2",
        "Gone: a==1",
        "Gone: c==2",
        "A worker that has imported what is gone keeps it until its server is started again.",
    ]
    assert put(api) == {"requirements": "A==2\nb\n", "revision": 7, "require_hashes": True, "allow_source": False}


def test_options_that_are_not_given_stay_as_they_are(api: ToldApi) -> None:
    api.answers["GET /packages"] = declared("a==1\n", ("a==1",))
    done = api.run(command, "install", "--replace", "b", "--no-require-hashes", "--allow-source")
    assert done.stdout == "Nothing is different.\n"
    assert put(api) == {"requirements": "b\n", "revision": 7, "require_hashes": False, "allow_source": True}


def test_packages_of_a_file_are_declared_with_those_that_are_named(api: ToldApi, tmp_path: Path) -> None:
    file = tmp_path / "requirements.txt"
    file.write_text("# ours\nb>=2\n")
    api.answers["GET /packages"] = declared()
    api.run(command, "install", "a", "-r", str(file))
    assert put(api)["requirements"] == "a\nb>=2\n"


def test_what_is_no_package_is_refused_before_anything_is_asked(api: ToldApi) -> None:
    with pytest.raises(InvalidInput, match="line 2 is not NAME with versions"):
        api.run(command, "install", "a", "https://example.com/b.whl")
    assert api.asked == []


def test_a_package_is_removed_by_any_spelling_of_its_name_and_must_be_declared(api: ToldApi) -> None:
    api.answers["GET /packages"] = declared("a==1\nsome-thing\n")
    with pytest.raises(NotFound, match="'d' is not declared"):
        api.run(command, "remove", "a", "d")
    api.run(command, "remove", "Some_Thing")
    assert put(api)["requirements"] == "a==1\n"


def test_it_waits_until_each_server_has_said_something(api: ToldApi) -> None:
    api.answers["GET /packages"] = [
        declared(),
        declared("a\n", ("a==1",), server(1), server(2, None)),
        declared("a\n", ("a==1",), server(1), server(2, None)),
        declared("a\n", ("a==1",), server(1), server(2)),
    ]
    assert api.run(command, "install", "a").stdout == "Installed: a==1\n"
    assert len(api.answers["GET /packages"]) == 1


def test_who_declares_none_waits_for_nobody(api: ToldApi) -> None:
    api.answers["GET /packages"] = declared("a\n", (), server(1, None))
    assert api.run(command, "remove", "a").exit_code == 0


def test_servers_that_say_nothing_for_too_long_are_named(api: ToldApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "_WAIT_SECONDS", 0.0)
    api.answers["GET /packages"] = declared("a\n", ("a==1",), server(1), server(2, None), server(3, None))
    with pytest.raises(TimeLimitExceeded, match="server-2, server-3 did not say") as raised:
        api.run(command, "install", "a")
    assert raised.value.code == "packages-not-installed"


def test_a_server_that_cannot_install_them_is_an_error_with_its_reason(api: ToldApi) -> None:
    api.answers["GET /packages"] = declared("a\n", ("a==1",), server(1), server(2, False, "There is no a==1."))
    with pytest.raises(
        InvalidInput, match=r"server-2 cannot install them: There is no a==1\. It tries again"
    ) as raised:
        api.run(command, "install", "a")
    assert raised.value.code == "packages-not-installed"


def test_the_list_tells_what_is_needed_by_others_and_which_servers_have_them(api: ToldApi) -> None:
    resolved = (f"some-thing==1.2{HASH}", f"x==3{HASH}")
    servers = (server(1), server(2, None), server(3, False, "No."))
    api.answers["GET /packages"] = declared(f"Some_Thing>=1{HASH}\n", resolved, *servers)
    lines = [line.split() for line in api.run(command, "list").stdout.splitlines()]
    assert lines == [
        ["PACKAGE", "VERSION", "DECLARED"],
        ["some-thing", "1.2", "Some_Thing>=1"],
        ["x", "3", "needed", "by", "others"],
        [],
        ["SERVER", "INSTALLED", "PYTHON", "REASON"],
        ["server-1", "yes", "3.11"],
        ["server-2", "not", "yet", "3.11"],
        ["server-3", "no", "3.11", "No."],
    ]


def test_without_any_packages_the_servers_are_not_listed(api: ToldApi) -> None:
    api.answers["GET /packages"] = declared()
    assert api.run(command, "list").stdout == "Nothing to show.\n"


def test_of_two_wheels_with_one_name_none_is_uploaded(api: ToldApi, tmp_path: Path) -> None:
    files = [tmp_path / each / "a-1.0-py3-none-any.whl" for each in ("old", "new")]
    for file in files:
        file.parent.mkdir()
        file.write_bytes(file.parent.name.encode())
    with pytest.raises(InvalidInput, match="Two of the files are called"):
        api.run(command, "upload", *map(str, files))
    assert api.asked == []
