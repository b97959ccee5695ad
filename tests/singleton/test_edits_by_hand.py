"""Edits of a file of configuration by hand, beside those of the admin API: nothing is lost."""

from __future__ import annotations

import os
import subprocess
import threading
import time

import pytest

from support.server_repository import NAME, Kept, clean
from support.waiting import eventually
from zato.config.publisher import Author, Publisher
from zato.core.errors import SetupError
from zato.host.edited_file import EditedFile
from zato.host.layout import ServerLayout

EDITS = 10


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
