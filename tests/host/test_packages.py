"""Packages for services: sets are whole or not there, and Zato's own stay what they are."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from support.waiting import until
from support.wheels import make_wheel
from zato.core.errors import InvalidInput, TimeLimitExceeded, Unavailable
from zato.host.packages import PackageSet, PackageSets, Pip
from zato.host.packages import pip as pip_module
from zato.host.packages.pip import own_packages, reason_in


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("wheels")
    make_wheel(directory, "zt-rates", "1.0")
    make_wheel(directory, "zt-rates", "2.0")
    make_wheel(directory, "zt-shop", "1.0", requires=("zt-rates>=1",))
    make_wheel(directory, "zt-greedy", "1.0", requires=("msgspec<0.10",))
    make_wheel(directory, "msgspec", "99.0")
    return directory


@pytest.fixture
def pip(wheels: Path, tmp_path: Path) -> Pip:
    return Pip(tmp_path / "cache", index_url="none", find_links=str(wheels))


@pytest.fixture
def sets(tmp_path: Path) -> PackageSets:
    return PackageSets(tmp_path / "packages")


def test_what_packages_need_is_resolved_and_installed_as_one(pip: Pip, sets: PackageSets) -> None:
    resolved = pip.resolved(PackageSet(("zt-shop",)))
    assert resolved == ("zt-rates==2.0", "zt-shop==1.0")
    packages = PackageSet(resolved)
    assert not sets.is_complete(packages)
    sets.install(packages, pip.install)
    assert {path.name for path in sets.directory(packages).glob("zt_*")} >= {"zt_rates", "zt_shop"}
    assert sets.current() is None
    sets.make_current(packages)
    assert sets.current() == sets.directory(packages)
    assert pip.resolved(PackageSet(("zt-rates==1.0", "zt-shop"))) == ("zt-rates==1.0", "zt-shop==1.0")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("zt-greedy", "zt-greedy 1.0 depends on msgspec<0.10"),
        ("msgspec==99.0", "The user requested"),
        ("zt-nothing", "No matching distribution found for zt-nothing"),
        ("zt-rates>2", "from versions: 1.0, 2.0"),
    ],
)
def test_what_does_not_fit_is_refused_with_pips_reason(pip: Pip, line: str, reason: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        pip.resolved(PackageSet((line,)))
    assert refused.value.code == "packages-refused"
    assert reason in refused.value.message
    assert "/tmp" not in refused.value.message


def test_zatos_own_packages_are_not_installed_again(pip: Pip) -> None:
    assert pip.resolved(PackageSet(("msgspec", "sqlalchemy>=2"))) == ()
    assert any(line.startswith("msgspec==") for line in own_packages())


def test_a_hash_that_is_another_one_is_refused_and_nothing_is_left_behind(
    pip: Pip, sets: PackageSets, wheels: Path
) -> None:
    right = sha256((wheels / "zt_rates-1.0-py3-none-any.whl").read_bytes()).hexdigest()
    good = PackageSet((f"zt-rates==1.0 --hash=sha256:{right}",), require_hashes=True)
    bad = PackageSet((f"zt-rates==1.0 --hash=sha256:{'0' * 64}",), require_hashes=True)
    bare = PackageSet(("zt-rates==1.0",), require_hashes=True)
    assert pip.resolved(good) == good.lines
    sets.install(good, pip.install)
    for wrong in (bad, bare):
        with pytest.raises(InvalidInput):
            pip.resolved(wrong)
        with pytest.raises(InvalidInput):
            sets.install(wrong, pip.install)
        assert not sets.is_complete(wrong)
        assert "hash" in (sets.failure(wrong) or "").lower()
        assert not sets.is_due(wrong)
    assert [path for path in sets.root.iterdir() if path.name.startswith(f".{bad.digest}")] == []


def test_source_is_not_built_unless_it_is_asked_for(pip: Pip, wheels: Path, tmp_path: Path) -> None:
    (wheels / "zt_source-1.0.tar.gz").write_bytes(b"no archive")
    with pytest.raises(InvalidInput, match="No matching distribution"):
        pip.resolved(PackageSet(("zt-source",)))
    with pytest.raises(InvalidInput) as tried:
        pip.resolved(PackageSet(("zt-source",), allow_source=True))
    assert "No matching distribution" not in tried.value.message


def test_several_processes_install_a_set_once(pip: Pip, sets: PackageSets) -> None:
    calls: list[Path] = []

    def install(packages: PackageSet, directory: Path) -> None:
        calls.append(directory)
        pip.install(packages, directory)

    packages = PackageSet(("zt-rates==1.0",))
    threads = [threading.Thread(target=sets.install, args=(packages, install)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(calls) == 1
    assert sets.is_complete(packages)


def test_old_sets_go_and_the_current_one_is_switched_at_once(pip: Pip, sets: PackageSets) -> None:
    made = [PackageSet(("zt-rates==1.0",), allow_source=index % 2 == 0, require_hashes=False) for index in range(2)]
    for packages in made:
        sets.install(packages, lambda packages, directory: None)
    for number in range(5):
        packages = PackageSet((f"zt-rates=={number}",))
        sets.install(packages, lambda packages, directory: None)
        os.utime(sets.root / packages.digest, (number, number))
        sets.make_current(packages)
        assert sets.current() == sets.directory(packages)
    assert len([path for path in sets.root.iterdir() if path.is_dir() and not path.is_symlink()]) == 4
    sets.make_current(None)
    assert sets.current() is None


def test_sets_that_were_tried_and_refused_go_while_the_current_one_stays(sets: PackageSets) -> None:
    current = PackageSet(("zt-rates==1.0",))
    sets.install(current, lambda packages, directory: None)
    sets.make_current(current)
    for number in range(6):
        sets.install(PackageSet((f"zt-tried=={number}",)), lambda packages, directory: None)
        with pytest.raises(InvalidInput):
            sets.install(PackageSet((f"zt-wrong=={number}",)), _refuse)
        sets.make_current(current)
    assert sets.current() == sets.directory(current)
    assert len([path for path in sets.root.iterdir() if path.is_dir() and not path.is_symlink()]) == 4
    assert len(list(sets.root.glob("*.failed"))) == 3


def _refuse(packages: PackageSet, directory: Path) -> None:
    raise InvalidInput("They do not fit.")


def test_a_set_is_not_waited_for_longer_than_wanted(sets: PackageSets) -> None:
    entered, leave = threading.Event(), threading.Event()

    def install(packages: PackageSet, directory: Path) -> None:
        entered.set()
        leave.wait(20)

    first = threading.Thread(target=sets.install, args=(PackageSet(("a==1",)), install))
    first.start()
    assert entered.wait(20)
    second = PackageSet(("b==1",))
    try:
        with pytest.raises(Unavailable) as busy:
            sets.install(second, install, wait_seconds=0.0)
    finally:
        leave.set()
        first.join()
    assert busy.value.code == "packages-busy"
    assert sets.is_due(second)


def test_pip_is_ended_when_it_takes_too_long(tmp_path: Path, wheels: Path) -> None:
    slow = Pip(tmp_path / "cache", index_url="none", find_links=str(wheels), seconds=0.05)
    with pytest.raises(TimeLimitExceeded, match=r"did not end within 0\.05 s"):
        slow.resolved(PackageSet(("zt-shop",)))


def test_what_pip_has_left_behind_is_ended_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As what builds a package may go on, and hold pip's output open."""
    left = tmp_path / "left"
    script = f"sleep 600 & echo $! > {left}.new; mv {left}.new {left}"
    monkeypatch.setattr(pip_module, "_command", lambda: ["sh", "-c", script])
    with pytest.raises(TimeLimitExceeded):
        Pip(tmp_path / "cache", seconds=1.0).resolved(PackageSet(("a",)))
    until(lambda: not is_running(int(left.read_text())), seconds=5)


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_reasons_have_no_credentials() -> None:
    said = "Looking in indexes: https://u:secret@host/simple\nERROR: 401 for https://u:secret@host/simple/x\n"
    assert reason_in(said) == "401 for https://host/simple/x"


def test_a_package_is_installed_by_its_name_from_the_machines_index(
    tmp_path: Path, sets: PackageSets, monkeypatch: pytest.MonkeyPatch
) -> None:
    for version in ("1.0", "2.0"):
        directory = tmp_path / "simple/zt-indexed"
        directory.mkdir(parents=True, exist_ok=True)
        make_wheel(directory, "zt-indexed", version)
    with served(tmp_path) as url:
        monkeypatch.setenv("PIP_INDEX_URL", f"{url}/simple")
        pip = Pip(tmp_path / "cache")
        resolved = pip.resolved(PackageSet(("zt-indexed<2",)))
        packages = PackageSet(resolved)
        sets.install(packages, pip.install)
    assert resolved == ("zt-indexed==1.0",)
    assert (sets.directory(packages) / "zt_indexed").is_dir()


@contextmanager
def served(directory: Path) -> Iterator[str]:
    """The address at which a directory is an index of packages."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(directory))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_the_index_with_its_password_is_on_no_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = "import os, sys; print('ERROR:', os.environ.get('PIP_INDEX_URL'), sys.argv); sys.exit(1)"
    monkeypatch.setattr("zato.host.packages.pip._command", lambda: [sys.executable, "-I", "-c", told])
    pip = Pip(tmp_path / "cache", index_url="https://user:secret@index.example/simple")
    with pytest.raises(InvalidInput) as refused:
        pip.resolved(PackageSet(("zt-shop",)))
    by_environment, _, arguments = refused.value.message.partition("[")
    assert "https://index.example/simple" in by_environment
    assert "index.example" not in arguments
