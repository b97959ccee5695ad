"""Releases side by side, as a package's files change below them."""

from __future__ import annotations

import os
import py_compile
import shutil
import subprocess
from importlib.util import cache_from_source
from pathlib import Path
from py_compile import PycInvalidationMode

import pytest

from zato.appliance.releases import Releases
from zato.core.errors import SetupError

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """What a package puts in place."""
    home = tmp_path / "zato"
    (home / "lib" / "zato").mkdir(parents=True)
    (home / "venv" / "bin").mkdir(parents=True)
    (home / "venv" / "lib").mkdir()
    shutil.copy(REPOSITORY / "debian" / "python", home / "venv" / "bin" / "python")
    (home / "venv" / "bin" / "python3").symlink_to(os.path.relpath("/usr/bin/python3", home / "venv" / "bin"))
    for program in ("haproxy", "lighttpd"):
        (tmp_path / "share" / program).mkdir(parents=True)
        (tmp_path / "share" / program / "a.j2").write_text("4.0", encoding="utf-8")
    install(home, "4.0")
    return home


def install(home: Path, version: str) -> None:
    """As dpkg does it: a new file takes the place of the old one."""
    new = home / "lib" / "zato" / "new"
    new.write_text(f"version = {version!r}\n", encoding="utf-8")
    new.replace(home / "lib" / "zato" / "__init__.py")


def releases_of(home: Path) -> Releases:
    return Releases(home, home.parent / "share")


def test_a_release_keeps_its_files_when_others_are_installed(home: Path) -> None:
    releases = releases_of(home)
    assert releases.current() is None
    first = releases.add("4.0")
    releases.use(first)
    install(home, "4.1")
    assert (first / "lib" / "zato" / "__init__.py").read_text(encoding="utf-8") == "version = '4.0'\n"
    assert list((first / "lib" / "zato" / "__pycache__").glob("__init__.*.pyc"))
    assert (first / "venv" / "share" / "zato" / "haproxy" / "a.j2").read_text(encoding="utf-8") == "4.0"
    second = releases.add("4.1")
    assert releases.current() == first
    releases.use(second)
    assert releases.current() == second
    releases.remove_others()
    assert [path.name for path in (home / "releases").iterdir()] == ["4.1-1"]


def test_the_same_version_can_be_installed_again(home: Path) -> None:
    releases = releases_of(home)
    releases.use(releases.add("4.0"))
    install(home, "4.0 mended")
    again = releases.add("4.0")
    assert again.name == "4.0-2"
    assert "mended" in (again / "lib" / "zato" / "__init__.py").read_text(encoding="utf-8")


def test_what_cannot_be_put_in_place_leaves_nothing_behind(home: Path) -> None:
    releases = releases_of(home)
    shutil.rmtree(home / "venv")
    with pytest.raises(SetupError, match="could not be put in place"):
        releases.add("4.0")
    assert list((home / "releases").iterdir()) == []


def test_python_is_started_by_the_current_releases_own_path(home: Path) -> None:
    def executable() -> str:
        launcher = home / "venv" / "bin" / "python"
        text = launcher.read_text(encoding="utf-8").replace("/usr/lib/zato", str(home))
        launcher.unlink()
        launcher.write_text(text, encoding="utf-8")
        launcher.chmod(0o755)
        command = [str(launcher), "-c", "import sys; print(sys.executable)"]
        return subprocess.run(command, capture_output=True, text=True, check=True, cwd="/").stdout.strip()

    assert executable() == str(home / "venv" / "bin" / "python3")
    releases = releases_of(home)
    release = releases.add("4.0")
    releases.use(release)
    assert executable() == str(release / "venv" / "bin" / "python3")
    assert (release / "venv" / "bin" / "python").samefile("/usr/bin/python3")


def compiled(release: Path, module: str) -> Path:
    return Path(cache_from_source(str(release / "lib" / "zato" / f"{module}.py")))


def said(release: Path, module: str) -> str:
    """What the module's `version` is, and where it says that it is from, as the release's Python loads it."""
    script = f"import sys; sys.path[:0] = [{str(release / 'lib')!r}]; import zato.{module} as m; print(m.version())"
    done = subprocess.run([release / "venv/bin/python3", "-c", script], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_what_is_as_it_was_is_not_compiled_again_and_what_changed_is_whatever_its_time_and_length(home: Path) -> None:
    function = "def version():\n    return '{} ' + version.__code__.co_filename\n"
    for module in ("same", "other"):
        (home / "lib" / "zato" / f"{module}.py").write_text(function.format("4.0"), encoding="utf-8")
    releases = releases_of(home)
    first = releases.add("4.0")
    releases.use(first)
    source = home / "lib" / "zato" / "other.py"
    new = source.with_name("new")
    new.write_text(function.format("4.1"), encoding="utf-8")
    shutil.copystat(source, new)
    new.replace(source)
    second = releases.add("4.1")
    assert compiled(second, "same").samefile(compiled(first, "same"))
    assert not compiled(second, "other").samefile(compiled(first, "other"))
    assert said(second, "same") == f"4.0 {second / 'lib/zato/same.py'}"
    assert said(second, "other") == f"4.1 {second / 'lib/zato/other.py'}"
    releases.use(second)
    releases.remove_others()
    assert said(second, "same") == f"4.0 {second / 'lib/zato/same.py'}"


def test_what_is_installed_again_unchanged_has_nothing_compiled(home: Path) -> None:
    releases = releases_of(home)
    first = releases.add("4.0")
    releases.use(first)
    python = home / "venv" / "bin" / "python3"
    python.unlink()
    python.symlink_to("/bin/false")
    second = releases.add("4.0")
    assert compiled(second, "__init__").samefile(compiled(first, "__init__"))


def test_what_bears_the_time_of_its_source_is_compiled_again(home: Path) -> None:
    """As releases were compiled before: it would be compiled at each start where the source has another time."""
    releases = releases_of(home)
    first = releases.add("4.0")
    releases.use(first)
    py_compile.compile(str(first / "lib" / "zato" / "__init__.py"), invalidation_mode=PycInvalidationMode.TIMESTAMP)
    second = releases.add("4.1")
    assert not compiled(second, "__init__").samefile(compiled(first, "__init__"))
    flags = int.from_bytes(compiled(second, "__init__").read_bytes()[4:8], "little")
    assert flags == 1
