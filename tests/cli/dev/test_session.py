"""zato dev: what is saved is deployed, whichever way an editor saves it."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from zato.cli.dev.session import Active, DevSession, Event, Gone, Refused, Restored, Waiting
from zato.cli.dev.sources import content, files_in
from zato.core.errors import InvalidInput, Unavailable
from zato.core.finding import Finding


class FakeApi:
    """Refuses what has "broken" in it, and what imports a module that is not there."""

    def __init__(self) -> None:
        self.deployed: list[dict[str, bytes]] = []
        self.active: dict[str, bytes] = {}
        self.away = False

    def deploy(self, file_name: str, source: bytes) -> dict[str, Any]:
        return self._all({file_name: source})[0]

    def deploy_together(self, files: Mapping[str, bytes]) -> dict[str, Any]:
        return {"deployments": self._all(files)}

    def deployment(self, deployment_id: int) -> dict[str, Any]:
        return {"expected": ["w1", "w2"], "serving": ["w1", "w2"]}

    def undeploy(self, file_name: str) -> dict[str, Any]:
        del self.active[file_name]
        return {}

    def _all(self, files: Mapping[str, bytes]) -> list[dict[str, Any]]:
        if self.away:
            raise Unavailable("Nothing answers.")
        for name, source in files.items():
            if b"broken" in source:
                raise refused(name, "syntax-error", 3)
            if b"import lib" in source and "lib.py" not in {*self.active, *files}:
                raise refused(name, "import-failed", 1)
        self.deployed.append(dict(files))
        self.active.update(files)
        return [{"id": 7, "file_name": name, "services": [f"{name}.it"]} for name in files]


def refused(name: str, code: str, line: int) -> InvalidInput:
    error = InvalidInput(f"{name}:{line}: no.", code="deployment-rejected")
    error.findings = (Finding("no.", code, file=name, line=line),)
    return error


@pytest.fixture
def api() -> FakeApi:
    return FakeApi()


@pytest.fixture
def session(tmp_path: Path, api: FakeApi) -> DevSession:
    return DevSession(tmp_path, api)


def looks(session: DevSession, times: int = 3) -> list[Event]:
    return [event for _ in range(times) for event in session.look()]


def test_what_is_there_is_deployed_together_and_then_each_change(
    session: DevSession, api: FakeApi, tmp_path: Path
) -> None:
    (tmp_path / "a.py").write_text("a = 1")
    (tmp_path / "b.py").write_text("b = 1")
    found = looks(session)
    assert [(event.file_name, event.serving, event.expected) for event in found if isinstance(event, Active)] == [
        ("a.py", 2, 2),
        ("b.py", 2, 2),
    ]
    assert api.deployed == [{"a.py": b"a = 1", "b.py": b"b = 1"}]
    assert looks(session, 5) == []
    (tmp_path / "a.py").write_text("a = 2")
    assert [type(event) for event in looks(session)] == [Active]
    assert api.deployed[1:] == [{"a.py": b"a = 2"}]
    os.utime(tmp_path / "a.py")  # saved as it was
    assert looks(session) == []


def test_saves_in_quick_succession_are_one_deployment_of_the_last(
    session: DevSession, api: FakeApi, tmp_path: Path
) -> None:
    for number in range(5):
        (tmp_path / "a.py").write_text(f"a = {number}" + " " * number)
        assert looks(session, 1) == []
    looks(session)
    assert api.deployed == [{"a.py": b"a = 4    "}]


def test_an_atomic_rename_is_a_change_and_what_editors_leave_behind_is_none(
    session: DevSession, api: FakeApi, tmp_path: Path
) -> None:
    (tmp_path / "a.py").write_text("a = 1")
    looks(session)
    (tmp_path / "a.py.tmp").write_text("a = 2")
    looks(session)
    (tmp_path / "a.py.tmp").replace(tmp_path / "a.py")
    looks(session)
    for name in (
        ".a.py.swp",
        "a.py~",
        "#a.py#",
        ".#a.py",
        "4913",
        "test_a.py",
        "a_test.py",
        "conftest.py",
        "notes.txt",
    ):
        (tmp_path / name).write_text("broken")
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "a.py").write_text("broken")
    (tmp_path / "a.py").unlink()  # some editors delete first
    (tmp_path / "a.py").write_text("a = 3")
    assert [type(event) for event in looks(session)] == [Active]
    assert [files["a.py"] for files in api.deployed] == [b"a = 1", b"a = 2", b"a = 3"]


def test_a_broken_file_is_told_with_its_line_and_keeps_the_others_from_nothing(
    session: DevSession, api: FakeApi, tmp_path: Path
) -> None:
    (tmp_path / "a.py").write_text("a = 1")
    (tmp_path / "b.py").write_text("broken")
    found = looks(session)
    assert [type(event) for event in found] == [Refused, Active]
    assert isinstance(found[0], Refused)
    assert (found[0].file_names, found[0].findings[0].line) == (("b.py",), 3)
    assert api.deployed == [{"a.py": b"a = 1"}]
    assert looks(session) == []
    (tmp_path / "b.py").write_text("b = 1")
    assert [type(event) for event in looks(session)] == [Active]


def test_a_file_that_is_mended_to_what_is_deployed_is_told_of(
    session: DevSession, api: FakeApi, tmp_path: Path
) -> None:
    (tmp_path / "a.py").write_text("one")
    looks(session)
    (tmp_path / "a.py").write_text("broken")
    assert isinstance(looks(session)[0], Refused)
    (tmp_path / "a.py").write_text("one")
    assert looks(session) == [Restored("a.py")]
    assert looks(session) == []


def test_a_name_that_no_deployment_can_have_keeps_the_others_from_nothing(
    session: DevSession, api: FakeApi, tmp_path: Path
) -> None:
    for name in ("a b.py", "class.py", "good.py"):
        (tmp_path / name).write_text("one")
    events = looks(session)
    assert [each.file_names for each in events if isinstance(each, Refused)] == [("a b.py",), ("class.py",)]
    assert [each.file_name for each in events if isinstance(each, Active)] == ["good.py"]
    assert api.deployed == [{"good.py": b"one"}]
    assert looks(session) == []


def test_what_lacked_a_module_is_tried_again_once_others_have_come(
    session: DevSession, api: FakeApi, tmp_path: Path
) -> None:
    (tmp_path / "a.py").write_text("import lib")
    assert [type(event) for event in looks(session)] == [Refused]
    (tmp_path / "lib.py").write_text("x = 1")
    assert [type(event) for event in looks(session)] == [Active, Active]


def test_a_file_that_is_deleted_stays_deployed_unless_it_is_asked_for(
    session: DevSession, api: FakeApi, tmp_path: Path
) -> None:
    (tmp_path / "a.py").write_text("a = 1")
    looks(session)
    (tmp_path / "a.py").unlink()
    assert looks(session) == [Gone("a.py", False)]
    assert "a.py" in api.active
    mirror = DevSession(tmp_path, api, undeploys=True)
    (tmp_path / "a.py").write_text("a = 1")
    looks(mirror)
    (tmp_path / "a.py").unlink()
    assert looks(mirror) == [Gone("a.py", True)]
    assert api.active == {}


def test_while_nothing_answers_it_is_tried_again(session: DevSession, api: FakeApi, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("a = 1")
    api.away = True
    assert looks(session, 5) == [Waiting("Nothing answers.")]
    api.away = False
    assert [type(event) for event in looks(session)] == [Active]


def test_a_folder_in_the_folder_is_a_package_and_the_same_content_the_same_archive(
    api: FakeApi, tmp_path: Path
) -> None:
    (tmp_path / "shop" / "parts").mkdir(parents=True)
    (tmp_path / "shop" / "__init__.py").write_text("")
    (tmp_path / "shop" / "parts" / "bolt.py").write_text("x = 1")
    (tmp_path / "shop" / "rates.csv").write_text("1;2")
    (tmp_path / "shop" / "test_bolt.py").write_text("broken")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "readme.txt").write_text("no code")
    assert list(files_in(tmp_path)) == ["shop.zip"]
    for root in (tmp_path, tmp_path / "shop"):  # its parent, or the package itself
        files = files_in(root)
        data = content("shop.zip", files["shop.zip"], root)
        assert data == content("shop.zip", files["shop.zip"], root)
        names = zipfile.ZipFile(io.BytesIO(data)).namelist()
        assert sorted(names) == ["shop/__init__.py", "shop/parts/bolt.py", "shop/rates.csv"]


def test_one_file_is_watched_by_itself_and_other_kinds_are_refused(api: FakeApi, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("a = 1")
    (tmp_path / "b.py").write_text("b = 1")
    assert [type(event) for event in looks(DevSession(tmp_path / "a.py", api))] == [Active]
    assert list(api.active) == ["a.py"]
    (tmp_path / "c.txt").write_text("")
    with pytest.raises(InvalidInput, match=r"neither a \.py nor a \.zip"):
        files_in(tmp_path / "c.txt")
