"""The command line without a cluster."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.commands import COMMANDS
from zato import __version__
from zato.cli.main import main


def zato(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "zato.cli.main", *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_version_comes_at_once() -> None:
    times = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert zato("--version").stdout == f"zato {__version__}\n"
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        # Of the processor: it may have others to serve
        times.append(used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime)
    assert min(times) < 0.5


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_explains_itself_with_an_example(path: tuple[str, ...]) -> None:
    text = COMMANDS[path].help or ""
    assert text.splitlines()[0].endswith(".")
    assert f"zato {path[0]}" in text.partition("Example: ")[2]


def test_a_cluster_that_is_not_there_is_named_with_how_to_create_it(tmp_path: Path) -> None:
    done = zato("status", "--home", str(tmp_path))
    assert done.returncode == 1
    assert done.stderr == (
        f"zato: There is no cluster in {tmp_path}. Name the directory of one by --home, or log in to one elsewhere "
        f"(zato login URL). To create one: zato quickstart create {tmp_path}\n"
    )


def test_errors_are_json_where_json_was_asked_for(tmp_path: Path) -> None:
    done = zato("status", "--json", ZATO_HOME=str(tmp_path))
    assert done.stdout == ""
    assert json.loads(done.stderr)["error"]["code"] == "no-cluster"


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_wrong_usage_is_json_where_json_was_asked_for(path: tuple[str, ...], capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*path, "--no-such-option", "--json"])
    captured = capfd.readouterr()
    assert (ended.value.code, captured.out) == (2, "")
    error = json.loads(captured.err)["error"]
    assert set(error) == {"code", "message", "details", "cid"}
    assert error["code"] == "usage"
    assert "--no-such-option" in error["message"]
    assert error["details"][0].startswith(f"Usage: zato {' '.join(path)}")


@pytest.mark.parametrize("arguments", [["nope"], ["config"], ["config", "nope"], ["config", "get"], ["--home"]])
def test_every_other_wrong_usage_is_json_too(arguments: list[str]) -> None:
    done = zato(*arguments, "--json") if arguments != ["--home"] else zato("--json", "--home")
    assert (done.returncode, done.stdout) == (2, "")
    assert json.loads(done.stderr)["error"]["code"] == "usage"


def test_wrong_usage_has_its_own_exit_code() -> None:
    assert zato("config", "nope").returncode == 2
    assert zato("config", "get").returncode == 2
    assert zato("--home").returncode == 2


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_name_the_command(shell: str) -> None:
    done = zato("completion", shell)
    assert done.returncode == 0
    assert "_ZATO_COMPLETE" in done.stdout


def test_what_stands_behind_two_hyphens_is_left_alone(tmp_path: Path) -> None:
    done = zato("--home", str(tmp_path), "service", "invoke", "--", "x", "--json")
    assert done.stderr.startswith("zato: The payload is not JSON")


@pytest.fixture
def short_path() -> Iterator[Path]:
    """Short enough for sockets, whatever the number of pytest's run and the name of the test."""
    with tempfile.TemporaryDirectory(prefix="zato-") as directory:
        yield Path(directory)


def test_an_odb_of_ones_own_making_is_named_when_it_is_wrong(short_path: Path) -> None:
    done = zato("quickstart", "create", str(short_path / "z"), "--odb", "nonsense")
    assert done.returncode == 1
    assert "The URL of the ODB is not one of a database" in done.stderr
    assert not (short_path / "z" / "zato.toml").exists()


def test_options_that_differ_from_what_the_cluster_has_are_not_ignored(short_path: Path) -> None:
    directory = str(short_path / "z")
    assert zato("quickstart", "create", directory, "--lb-port", "12345").returncode == 0
    assert zato("quickstart", "create", directory, "--lb-port", "12345").returncode == 0
    done = zato("quickstart", "create", directory, "--lb-port", "12346")
    assert done.returncode == 1
    assert "exists with lb_port 12345; to change that, edit" in done.stderr


def test_a_directory_that_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = zato("quickstart", "create", str(tmp_path / "file" / "z"))
    assert done.returncode == 1
    assert f"{tmp_path}/file is a file" in done.stderr
    done = zato("quickstart", "create", str(tmp_path / ("x" * 100)))
    assert done.returncode == 1
    assert "too long a path for unix sockets" in done.stderr


def test_words_are_completed() -> None:
    done = zato(_ZATO_COMPLETE="bash_complete", COMP_WORDS="zato quicks", COMP_CWORD="1")
    assert done.stdout == "plain,quickstart\n", done.stderr


@pytest.mark.parametrize(("closed", "code"), [(">&-", 0), ("2>&-", 0), ("<&- >&- 2>&-", 0)])
def test_streams_that_were_closed_are_no_fault(closed: str, code: int) -> None:
    command = f'"{sys.executable}" -m zato.cli.main completion bash {closed}'
    found = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=60, check=False)
    assert (found.returncode, found.stderr) == (code, "")
