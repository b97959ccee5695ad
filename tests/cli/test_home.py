"""Which directories the command line takes for a cluster's, as root and as others."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

NOBODY, SOMEBODY = 65534, 12345


@pytest.fixture
def place() -> Iterator[Path]:
    """Where everybody may have directories; pytest's own are for one user only."""
    with TemporaryDirectory(prefix="zato-", dir="/var/tmp") as name:
        Path(name).chmod(0o1777)
        yield Path(name)


@pytest.fixture
def database() -> Iterator[socket.socket]:
    """A MySQL that would ask whoever logs in for /etc/shadow."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield listening


def cluster(directory: Path, owner: int, database: socket.socket, parameters: str = "") -> Path:
    directory.mkdir()
    (directory / "zato.toml").write_text(
        f'odb = "mysql+pymysql://zato@127.0.0.1:{database.getsockname()[1]}/zato{parameters}"\n'
    )
    for path in (directory, *directory.iterdir()):
        os.chown(path, owner, owner)
    return directory


def zato(*arguments: str, user: int = 0, at: Path = Path("/"), **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "zato.cli.main", *arguments],
        env={**{name: text for name, text in os.environ.items() if name != "ZATO_HOME"}, **environment},
        cwd=at,
        user=user,
        group=user,
        extra_groups=(),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def was_called(database: socket.socket) -> bool:
    try:
        database.accept()[0].close()
    except BlockingIOError:
        return False
    return True


@pytest.mark.parametrize("how", ["current directory", "ZATO_HOME", "--home", "link", "in theirs", "quickstart"])
def test_what_somebody_else_has_put_there_is_not_believed(place: Path, database: socket.socket, how: str) -> None:
    theirs = place / "theirs"
    theirs.mkdir()
    os.chown(theirs, NOBODY, NOBODY)
    # Its own directory is root's, but not the one above it
    home = cluster(theirs / ".zato", 0 if how == "in theirs" else NOBODY, database)
    if how == "current directory":
        done = zato("odb", "status", at=theirs)
    elif how == "ZATO_HOME":
        done = zato("odb", "status", ZATO_HOME=str(home))
    elif how == "link":
        (place / "link").symlink_to(theirs)
        done = zato("odb", "status", "--home", str(place / "link" / ".zato"))
    elif how == "quickstart":
        done = zato("quickstart", "start", str(home))
    else:
        done = zato("odb", "status", "--home", str(home))
    assert (done.returncode, done.stdout) == (1, "")
    assert "is not taken for a cluster of root's" in done.stderr and "belongs to nobody" in done.stderr, done.stderr
    assert not was_called(database)


def test_a_link_that_somebody_else_can_turn_is_not_followed(place: Path, database: socket.socket) -> None:
    (place / "link").symlink_to(cluster(place / "mine", 0, database))
    os.chown(place / "link", NOBODY, NOBODY, follow_symlinks=False)
    done = zato("odb", "status", "--home", str(place / "link"))
    assert f"{place}/link belongs to nobody" in done.stderr
    assert not was_called(database)


def test_it_is_the_same_for_those_who_are_not_root(place: Path, database: socket.socket) -> None:
    home = cluster(place / ".zato", SOMEBODY, database)
    done = zato("odb", "status", user=NOBODY, at=place)
    assert f"{home.name} is not taken for a cluster of nobody's" in done.stderr
    assert "belongs to user 12345" in done.stderr
    assert not was_called(database)
    os.chown(home, 0, 0)
    os.chown(home / "zato.toml", 0, 0)
    assert "is not taken" not in zato("odb", "status", user=NOBODY, at=place).stderr


@pytest.mark.parametrize(("mode", "group", "who"), [(0o777, 0, "everybody"), (0o775, NOBODY, "the group nogroup")])
def test_one_that_others_may_write_in_is_refused_with_what_to_do(
    place: Path, database: socket.socket, mode: int, group: int, who: str
) -> None:
    home = cluster(place / "mine", 0, database)
    os.chown(home, 0, group)
    home.chmod(mode)
    done = zato("odb", "status", "--home", str(home))
    assert f"{who} may write in {home}" in done.stderr and f"chmod go-w {home}" in done.stderr, done.stderr
    assert not was_called(database)
    home.chmod(0o755)
    assert "is not taken" not in zato("odb", "status", "--home", str(home)).stderr
    assert was_called(database)


@pytest.mark.parametrize("name", ["local_infile", "read_default_file", "plugin", "client_flag", "LOCAL_INFILE"])
def test_a_driver_gets_nothing_from_the_url_by_which_it_reads_files(
    place: Path, database: socket.socket, name: str
) -> None:
    home = cluster(place / "mine", 0, database, f"?{name}=1")
    done = zato("odb", "status", "--home", str(home))
    assert f"has the parameter {name!r}, which one of mysql may not have; there are charset" in done.stderr
    assert not was_called(database)
