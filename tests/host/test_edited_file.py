"""A file that is replaced while people write it: what they wrote is never gone."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from zato.host.edited_file import EditedFile


@pytest.fixture
def file(tmp_path: Path) -> EditedFile:
    path = tmp_path / "server.toml"
    path.write_bytes(b"one")
    path.chmod(0o604)
    return EditedFile(path)


def test_it_replaces_what_was_expected(file: EditedFile) -> None:
    assert file.replace(b"one", b"two")
    assert file.read() == b"two"
    assert file.path.stat().st_mode & 0o777 == 0o604
    assert [path.name for path in file.path.parent.iterdir()] == ["server.toml"]


def test_what_somebody_else_has_written_stays(file: EditedFile) -> None:
    file.path.write_bytes(b"mine")
    inode = file.path.stat().st_ino
    assert not file.replace(b"one", b"two")
    assert (file.read(), file.path.stat().st_ino) == (b"mine", inode)
    assert not file.replace(None, b"two")
    assert file.read() == b"mine"


def test_one_that_is_gone_is_made_again_only_where_that_is_meant(file: EditedFile) -> None:
    file.path.unlink()
    assert (file.read(), file.seen()) == (None, None)
    assert not file.replace(b"one", b"two")
    assert file.replace(None, b"two")
    assert file.read() == b"two"


def test_a_write_in_place_that_was_begun_before_is_found_afterwards(file: EditedFile) -> None:
    with file.path.open("r+b") as editor:
        assert file.replace(b"one", b"two")
        assert not file.take_late(b"two")
        editor.write(b"la")
        editor.flush()
        assert not file.take_late(b"other")  # somebody else's edit comes first
        assert file.take_late(b"two")
        assert file.read() == b"lae"
        editor.write(b"te")
    assert file.take_late(b"lae")
    assert file.read() == b"late"
    assert not file.take_late(b"late")


def test_the_owner_is_who_wrote_it(file: EditedFile) -> None:
    os.chown(file.path, 65534, -1)
    seen = file.seen()
    assert seen is not None
    assert seen.user == "nobody"
    os.chown(file.path, 54321, -1)
    seen = file.seen()
    assert seen is not None
    assert seen.user == "user 54321"


def test_links_and_pipes_are_not_read(file: EditedFile) -> None:
    secret = file.path.with_name("secret")
    secret.write_bytes(b"secret")
    file.path.unlink()
    file.path.symlink_to(secret)
    assert file.seen() is None
    with pytest.raises(OSError, match="symbolic links"):
        file.read()
    file.path.unlink()
    os.mkfifo(file.path)
    with pytest.raises(OSError, match="not a plain file"):
        file.read()


def test_at_any_moment_there_is_a_whole_file(file: EditedFile) -> None:
    seen: set[bytes | None] = set()
    stop = threading.Event()

    def watch() -> None:
        while not stop.is_set():
            seen.add(file.read())

    thread = threading.Thread(target=watch)
    thread.start()
    for number in range(300):
        before, after = (b"one", b"two") if number % 2 == 0 else (b"two", b"one")
        assert file.replace(before, after)
    stop.set()
    thread.join()
    assert seen == {b"one", b"two"}
