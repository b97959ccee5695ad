"""The repository of a server's configuration: who changed what, edits by hand beside the admin API, nothing lost."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from support.databases import initialised, new_sqlite
from support.waiting import eventually
from zato.config.item import Item
from zato.config.kinds import Server
from zato.config.publisher import Author, Publisher
from zato.config.secrets import SecretBox
from zato.core.clock import SystemClock
from zato.core.errors import Conflict, SetupError
from zato.host.edited_file import EditedFile
from zato.host.git import GitRepository
from zato.host.layout import Layout, ServerLayout
from zato.host.server_toml import new_text, revision_of
from zato.host.settings import parse_toml
from zato.odb.database import Database
from zato.odb.log import ConfigurationLog
from zato.singleton.repository import ServerRepository

NAME = "server-1"
EDITS = 10


@pytest.fixture
def paths(tmp_path: Path) -> ServerLayout:
    made = Layout(tmp_path).server(1)
    made.config.mkdir(parents=True)
    return made


@pytest.fixture
def publisher(tmp_path: Path) -> Iterator[Publisher]:
    database = Database(initialised(new_sqlite(tmp_path)).url)
    yield Publisher(ConfigurationLog(database), SecretBox(bytes(32)), SystemClock())
    database.dispose()


class Kept:
    """A repository with what keeps it, and the admin API beside it."""

    def __init__(self, paths: ServerLayout, publisher: Publisher, administrator: str | None = None) -> None:
        self.paths = paths
        self.publisher = publisher
        self.repository = ServerRepository(paths, publisher, administrator)
        self.git = GitRepository(paths.config)

    def item(self) -> Item:
        return self.publisher.get("server", NAME)

    def settings(self) -> dict[str, object]:
        """As the admin API has them."""
        value = self.item().value
        assert isinstance(value, Server)
        return value.settings()

    def applied(self) -> dict[str, object]:
        """As the server has them."""
        return parse_toml(self.paths.applied_settings, self.paths.applied_settings.read_bytes())

    def text(self) -> str:
        return self.paths.settings.read_text(encoding="utf-8")

    def api(self, who: str = "ann", **values: object) -> int:
        while True:
            item = self.item()
            body = {**msgspec.to_builtins(item.value), **values}
            try:
                return self.publisher.update("server", NAME, body, item.revision, by=Author(who, "c" * 32)).revision
            except Conflict:
                continue

    def by_hand(self, *, remove: str = "", owner: int = -1, **values: object) -> None:
        """An edit of the file as it is, moved there as editors do."""
        edit(self.paths.settings, remove=remove, owner=owner, **values)

    def run(self, steps: int = 3) -> None:
        for _ in range(steps):
            self.repository.follow(self.item())
            self.repository.step()

    def history(self) -> list[tuple[str, str]]:
        """Who, what; newest first."""
        return [(commit.author, commit.subject) for commit in self.git.log()]


def edit(path: Path, *, remove: str = "", owner: int = -1, **values: object) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    lines = [line for line in lines if line.split(" = ")[0] not in (remove, *values)]
    lines += [f"{key} = {value!r}" for key, value in values.items()]
    candidate = path.with_name("editor")
    candidate.write_text("\n".join(lines) + "\n", encoding="utf-8")
    os.chown(candidate, owner, -1)
    candidate.replace(path)


@pytest.fixture
def kept(paths: ServerLayout, publisher: Publisher) -> Kept:
    """One of a server that was created just now."""
    paths.settings.write_text(new_text({"workers": 2}))
    publisher.create("server", NAME, {"workers": 2}, by=Author("quickstart", "c" * 32))
    made = Kept(paths, publisher)
    made.run()
    return made


def test_a_new_server_is_under_version_control_and_goes_by_its_file(kept: Kept) -> None:
    assert kept.history() == [
        ("Zato", "Under version control"),
        ("Zato", "Configuration of server 1 as created"),
    ]
    assert kept.applied() == kept.settings() == {"workers": 2}
    assert revision_of(kept.text()) == kept.item().revision
    assert clean(kept)


def clean(kept: Kept) -> bool:
    done = subprocess.run(["git", "-C", kept.paths.config, "status", "--short"], capture_output=True, check=True)
    return done.stdout == b""


def test_each_change_through_the_admin_api_is_a_commit_of_who_made_it(kept: Kept) -> None:
    kept.api("ann", workers=3)
    kept.api("bob", log_level="debug")
    kept.api("eve", workers=None)
    kept.run()
    assert kept.history()[:3] == [("eve", "no workers"), ("bob", 'log_level = "debug"'), ("ann", "workers = 3")]
    assert kept.applied() == {"log_level": "debug"}
    assert revision_of(kept.text()) == kept.item().revision
    assert clean(kept)


def test_what_is_no_setting_makes_no_commit(kept: Kept) -> None:
    before = kept.history()
    kept.api(active=False)
    kept.run()
    assert kept.history() == before


def test_an_edit_by_hand_becomes_a_change_of_who_made_it_and_keeps_the_comments(kept: Kept) -> None:
    kept.by_hand(threads_max=7)
    with kept.paths.settings.open("a") as file:
        file.write("# as measured\n")
    os.chown(kept.paths.settings, 65534, -1)
    kept.run()
    assert kept.settings() == kept.applied() == {"workers": 2, "threads_max": 7}
    assert kept.history()[0] == ("nobody", "threads_max = 7")
    (last, *_) = kept.publisher.history("server", NAME)
    assert last.principal == "nobody"
    assert "# as measured" in kept.text()
    assert clean(kept)


def test_who_edits_a_file_of_zatos_own_user_is_the_administrator(paths: ServerLayout, publisher: Publisher) -> None:
    publisher.create("server", NAME, {}, by=Author("quickstart", "c" * 32))
    kept = Kept(paths, publisher, administrator="root")
    kept.run()
    kept.by_hand(workers=4)
    kept.run()
    assert kept.history()[0] == ("root", "workers = 4")


def test_an_edit_that_its_author_has_committed_is_theirs(kept: Kept) -> None:
    kept.by_hand(workers=5)
    who = ("-c", "user.name=Ann Other", "-c", "user.email=a@b")
    subprocess.run(["git", "-C", kept.paths.config, *who, "commit", "-qam", "More workers"], check=True)
    kept.run()
    assert kept.history()[:2] == [("Ann Other", "workers = 5"), ("Ann Other", "More workers")]
    assert kept.settings() == kept.applied() == {"workers": 5}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("workers = ", "is not valid TOML"),
        ("workers = 0\n", "workers: expected `int` >= 1"),
        ("worker = 3\n", "there is no key `worker`"),
        ("number = 3\n", "a server's number is its directory's"),
        ("\x00", "is not valid TOML"),
    ],
)
def test_a_broken_edit_is_refused_with_the_reason_and_reaches_nothing(kept: Kept, text: str, reason: str) -> None:
    kept.paths.settings.write_text(text)
    kept.run()
    error = kept.paths.settings.with_name("server.toml.error")
    assert reason in error.read_text()
    assert kept.settings() == kept.applied() == {"workers": 2}
    assert kept.text() == text  # it is whoever wrote it who goes on with it
    # Others do not wait for that
    kept.api("ann", drain_seconds=1.5)
    kept.run()
    assert kept.applied() == {"workers": 2, "drain_seconds": 1.5}
    assert kept.text() == text
    kept.paths.settings.write_text("workers = 3\n")
    kept.run()
    assert not error.exists()
    assert kept.settings() == kept.applied() == {"workers": 3}


def test_an_edit_keeps_what_others_have_changed_since_it_was_begun(kept: Kept) -> None:
    begun = kept.text()
    kept.api("ann", drain_seconds=1.5)
    kept.api("bob", workers=4)
    kept.run()
    kept.paths.settings.write_text(begun + "threads_max = 9\n")
    kept.run()
    assert kept.settings() == kept.applied() == {"workers": 4, "drain_seconds": 1.5, "threads_max": 9}


def test_an_edit_is_not_taken_half_written(kept: Kept) -> None:
    kept.paths.settings.write_text("workers = 1")
    kept.run(1)
    kept.paths.settings.write_text("workers = 12\n")
    kept.run()
    assert [what for _, what in kept.history()][:2] == ["workers = 12", "Under version control"]


def test_a_file_that_was_removed_comes_back(kept: Kept) -> None:
    before = kept.text()
    kept.paths.settings.unlink()
    kept.run()
    assert kept.text() == before


def test_what_happened_while_nobody_looked_is_made_up_for(kept: Kept, paths: ServerLayout) -> None:
    kept.api("ann", drain_seconds=1.5)
    kept.by_hand(threads_max=9)
    paths.applied_settings.unlink()
    again = Kept(paths, kept.publisher)
    again.run()
    assert again.settings() == again.applied() == {"workers": 2, "drain_seconds": 1.5, "threads_max": 9}
    assert [who for who, _ in again.history()][1] == "ann"


def test_settings_of_an_earlier_release_become_the_items(paths: ServerLayout, publisher: Publisher) -> None:
    paths.settings.write_text("workers = 3\nthreads_max = 8\n")
    GitRepository(paths.config).create("As created")
    publisher.create("server", NAME, {"drain_seconds": 4}, by=Author("quickstart", "c" * 32))
    kept = Kept(paths, publisher)
    kept.run()
    assert kept.settings() == kept.applied() == {"workers": 3, "threads_max": 8, "drain_seconds": 4.0}


class Raced(EditedFile):
    """One that is edited as soon as it was replaced."""

    edit = b""

    def replace(self, expected: bytes | None, content: bytes) -> bool:
        done = super().replace(expected, content)
        if done and self.edit:
            self.path.write_bytes(content + self.edit)
            self.edit = b""
        return done


def test_an_edit_right_after_the_file_was_written_is_seen(kept: Kept) -> None:
    file = Raced(kept.paths.settings)
    kept.repository._settings.file = file
    file.edit = b"threads_max = 77\n"
    kept.api("ann", drain_seconds=1.5)
    kept.run(5)
    assert kept.settings() == kept.applied() == {"workers": 2, "drain_seconds": 1.5, "threads_max": 77}


def test_a_commit_that_fails_loses_nothing_of_the_edit(kept: Kept) -> None:
    lock = kept.paths.config / ".git" / "HEAD.lock"
    lock.touch()
    kept.paths.settings.write_text(kept.text() + "threads_max = 7\n# as measured\n")
    with pytest.raises(SetupError, match="git update-ref failed"):
        kept.run()
    lock.unlink()
    kept.run(5)
    assert kept.settings() == kept.applied() == {"workers": 2, "threads_max": 7}
    assert "# as measured" in kept.text()
    assert kept.history()[-3][1] == "threads_max = 7"


def test_a_log_that_went_back_is_followed(kept: Kept, paths: ServerLayout, tmp_path: Path) -> None:
    for workers in (3, 4, 5):
        kept.api(workers=workers)
    kept.run()
    (tmp_path / "restored").mkdir()
    database = Database(initialised(new_sqlite(tmp_path / "restored")).url)
    restored = Publisher(ConfigurationLog(database), SecretBox(bytes(32)), SystemClock())
    restored.create("server", NAME, {"workers": 2}, by=Author("quickstart", "c" * 32))
    again = Kept(paths, restored)
    again.run()
    assert again.applied() == {"workers": 2}
    again.by_hand(workers=7)
    again.run()
    assert again.settings() == again.applied() == {"workers": 7}
    database.dispose()


def test_what_services_read_is_kept_too(kept: Kept) -> None:
    kept.paths.user_config.write_text("[billing]\ncurrency = 'EUR'\n")
    kept.run()
    assert kept.paths.applied_user_config.read_text() == kept.paths.user_config.read_text()
    assert kept.history()[0][1] == "user.toml edited"
    kept.paths.user_config.write_text("[billing\n")
    kept.run()
    assert kept.paths.applied_user_config.read_text() == "[billing]\ncurrency = 'EUR'\n"
    assert "not valid TOML" in kept.paths.user_config.with_name("user.toml.error").read_text()
    kept.paths.user_config.unlink()
    kept.run()
    assert kept.paths.applied_user_config.read_text() == ""
    assert not kept.paths.user_config.with_name("user.toml.error").exists()


def test_many_edits_at_the_same_time_are_all_kept_with_who_made_them(kept: Kept) -> None:
    # Each changes a value that nobody else does, twice over: what is lost in between would be missing in the history
    stop = threading.Event()

    def keep() -> None:
        while not stop.is_set():
            kept.run(1)
            time.sleep(0.005)

    def by_api() -> None:
        for number in range(EDITS):
            kept.api("ann", threads_max=100 + number)
            time.sleep(0.03)

    def by_hand() -> None:
        for number in range(EDITS):
            kept.by_hand(max_body_bytes=2000 + number, owner=65534)
            wanted = ("nobody", f"max_body_bytes = {2000 + number}")
            eventually(lambda wanted=wanted: wanted in kept.history())

    keeper = threading.Thread(target=keep)
    keeper.start()
    writers = [threading.Thread(target=each) for each in (by_api, by_hand)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    stop.set()
    keeper.join()
    kept.run()
    history = kept.history()
    for number in range(EDITS):
        assert ("ann", f"threads_max = {100 + number}") in history
        assert ("nobody", f"max_body_bytes = {2000 + number}") in history
    assert (
        kept.settings()
        == kept.applied()
        == {
            "workers": 2,
            "threads_max": 100 + EDITS - 1,
            "max_body_bytes": 2000 + EDITS - 1,
        }
    )
