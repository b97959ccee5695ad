"""The check in a process of its own: everything broken is refused in time, and nothing of it stays."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import zygotes
from support.broken_deployments import BROKEN, WORKING, working_code
from support.deployments_to_refuse.archives import archive
from support.deployments_to_refuse.source import BrokenDeployment, service
from support.waiting import LATE_SECONDS, until
from zato.deployment.check import Checker, start_zygote
from zato.deployment.check.messages import CheckedFile
from zato.deployment.loader import CodeSet
from zato.host.process_table import descendants

LIMIT_SECONDS = 2  # for what does not end by itself; a busy machine has more time for what does


@pytest.fixture(scope="module", autouse=True)
def directories(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the checks of this module make theirs, and no others."""
    path = tmp_path_factory.mktemp("checks")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tempfile.tempdir", str(path))
        yield path


@pytest.fixture(scope="module")
def zygote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("zygote") / "check.sock"
    pid = zygotes.start(path)
    yield path
    zygotes.end(pid)


@pytest.fixture
def checker(zygote: Path) -> Checker:
    return checker_at(zygote, LATE_SECONDS)


def checker_at(zygote: Path, seconds: float) -> Checker:
    return Checker(zygote, owner=os.getpid(), time_limit_seconds=seconds, memory_limit_bytes=256 << 20)


def seconds_for(broken: BrokenDeployment) -> float:
    return LIMIT_SECONDS if "import-timed-out" in broken.codes else LATE_SECONDS


@pytest.fixture(scope="module")
def code() -> CodeSet:
    return working_code()


def leftovers(directories: Path) -> set[str]:
    """Processes that a check has started and left: wherever they are, they have a directory of its."""
    found = set()
    for task in descendants(1):
        try:
            directory = str(Path(f"/proc/{task.pid}/cwd").readlink())
        except OSError:
            continue
        if directory.startswith(f"{directories}/zato-check-"):
            found.add(f"{task.pid} in {directory}")
    return found


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.title)
def test_what_is_broken_is_refused_in_time_with_its_place_and_leaves_no_process(
    broken: BrokenDeployment, zygote: Path, code: CodeSet, directories: Path
) -> None:
    limit = seconds_for(broken)
    started = time.monotonic()
    result = checker_at(zygote, limit).check(code, broken.file_name, broken.source, 99)
    assert time.monotonic() - started < limit + LATE_SECONDS
    assert result.refusal is not None
    assert result.refusal.code in broken.codes
    assert result.refusal.file == broken.expected_file
    if broken.line is not None:
        assert result.refusal.line == broken.line
    assert broken.reason in result.refusal.reason
    until(lambda: not leftovers(directories))


@pytest.mark.parametrize(
    "title", ["leaves a process behind and hangs", "fork bomb", "kills itself", "os._exit", "hangs"]
)
def test_without_namespaces_nothing_stays_either(title: str, tmp_path: Path, code: CodeSet, directories: Path) -> None:
    (broken,) = (one for one in BROKEN if one.title == title)
    pid = zygotes.start(tmp_path / "check.sock", namespaces=False)
    test_what_is_broken_is_refused_in_time_with_its_place_and_leaves_no_process(
        broken, tmp_path / "check.sock", code, directories
    )
    zygotes.end(pid)


def test_what_works_is_accepted_with_its_services(checker: Checker, code: CodeSet) -> None:
    result = checker.check(code, "shop.py", service(), 5)
    assert result.refusal is None
    (found,) = result.services
    assert (found.name, found.module, found.line) == ("shop.broken", "shop", 5)


def test_deployed_modules_can_be_imported_and_what_imports_the_candidate_is_tried_too(
    checker: Checker, code: CodeSet
) -> None:
    assert checker.check(code, "user.py", service("from nations import NAMES\nNAMES['PL']\n"), 5).refusal is None
    assert checker.check(code, "nations.py", WORKING["nations.py"] + b"\n", 6).refusal is None
    package = archive({"pack/__init__.py": b"", "pack/a.py": service("from census import COUNT\n")})
    assert checker.check(code, "pack.zip", package, 7).refusal is None


def test_output_of_ordinary_length_does_no_harm(checker: Checker, code: CodeSet) -> None:
    assert checker.check(code, "user.py", service("print('x' * 100_000)\n"), 5).refusal is None


def test_the_candidate_sees_no_secrets_and_no_sockets_and_an_empty_directory_of_its_own(
    zygote: Path, checker: Checker, code: CodeSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = (
        "import os, stat\n"
        "assert not {k for k in os.environ if 'SECRET' in k or 'ZATO' in k or 'PYTEST' in k}, 'environment'\n"
        "assert not os.listdir('.') and 'zato-check-' in os.getcwd(), 'directory'\n"
        "open('scratch', 'w').write('x')\n"
        "for fd in os.listdir('/proc/self/fd'):\n"
        "    try:\n"
        "        assert not stat.S_ISSOCK(os.fstat(int(fd)).st_mode), 'a socket'\n"
        "    except OSError: pass\n"
    )
    assert checker.check(code, "user.py", service(body), 5).refusal is None


def test_its_directory_is_removed(checker: Checker, code: CodeSet, tmp_path: Path) -> None:
    note = tmp_path / "directory"
    body = f"import os\nopen('junk', 'w').close()\nopen({str(note)!r}, 'w').write(os.getcwd())\n"
    assert checker.check(code, "user.py", service(body), 5).refusal is None
    directory = Path(note.read_text())
    until(lambda: not directory.exists())


def test_large_files_cannot_be_written(checker: Checker, code: CodeSet) -> None:
    result = checker.check(code, "user.py", service("open('x', 'wb').write(bytes(100 << 20))\n"), 5)
    assert result.refusal is not None
    assert "File too large" in result.refusal.reason


def test_memory_is_limited(checker: Checker, code: CodeSet) -> None:
    assert checker.check(code, "user.py", service("x = bytearray(100 << 20)\n"), 5).refusal is None
    result = checker.check(code, "user.py", service("x = bytearray(400 << 20)\n"), 5)
    assert result.refusal is not None
    assert (result.refusal.code, result.refusal.line) == ("out-of-memory", 3)


def test_a_hanging_check_does_not_hold_up_another(zygote: Path, checker: Checker, code: CodeSet) -> None:
    hanging = checker_at(zygote, 3 * LIMIT_SECONDS)
    hang = threading.Thread(target=hanging.check, args=(code, "a.py", service("import time\ntime.sleep(99)\n"), 5))
    hang.start()
    time.sleep(0.1)
    assert checker.check(code, "b.py", service(), 6).refusal is None
    assert hang.is_alive()
    hang.join()


def test_many_files_have_more_time_together_than_one_alone(zygote: Path, code: CodeSet) -> None:
    checker = checker_at(zygote, LIMIT_SECONDS)
    slow = service(f"import time\ntime.sleep({LIMIT_SECONDS / 20})\n")
    files = [CheckedFile(f"slow{number}.py", slow, number) for number in range(10, 40)]
    assert checker.check_together(code, files).refusal is None
    hanging = CheckedFile("hanging.py", service("import time\ntime.sleep(99)\n"), 9)
    result = checker.check_together(code, [*files[:2], hanging])
    assert result.refusal is not None
    assert "within 2.4 s" in result.refusal.reason


def test_a_zygote_that_died_is_replaced_and_ends_with_its_owner(tmp_path: Path, code: CodeSet) -> None:
    path = tmp_path / "check.sock"
    owner = os.fork()
    if owner == 0:
        time.sleep(60)
        os._exit(0)
    pid = zygotes.start(path)
    zygotes.end(pid)
    checker = Checker(path, owner=owner)
    results: list[bool] = []

    def check() -> None:
        results.append(checker.check(code, "shop.py", service(), 5).refusal is None)

    threads = [threading.Thread(target=check) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [True] * 4
    os.kill(owner, signal.SIGKILL)
    os.waitpid(owner, 0)
    until(lambda: not _serves(path))


def _serves(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(str(path))
        except OSError:
            return False
    return True


def test_a_zygote_is_no_child_of_the_process_that_starts_it(tmp_path: Path) -> None:
    before = {each.pid for each in descendants(os.getpid())}
    pid = zygotes.start(tmp_path / "check.sock")
    assert {each.pid for each in descendants(os.getpid())} == before
    zygotes.end(pid)


def test_a_second_zygote_does_not_take_a_socket_away(zygote: Path, checker: Checker, code: CodeSet) -> None:
    assert start_zygote(zygote) is None
    assert checker.check(code, "shop.py", service(), 5).refusal is None
