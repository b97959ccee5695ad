"""The packages themselves."""

from __future__ import annotations

import re
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest

from support.packages import deb
from support.root_file_systems import REPOSITORY, SUITE, dependencies
from support.scale import FULL, times

# A third above what they had when this was written: as they are given to others, where it is played in full, or as
# hosts have them, which takes a fifth of the time to compress
PACKAGES_MEGABYTES_MAX = times(25, full=16)


@pytest.fixture(scope="module")
def again(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The packages, built in another directory than those that the hosts have."""
    return deb(tmp_path_factory.mktemp("deb"), SUITE, quickly=not FULL)


def parts(package: Path) -> dict[str, str]:
    """What it consists of, before its compression."""
    return {
        part: sha256(subprocess.run(["dpkg-deb", part, package], check=True, capture_output=True).stdout).hexdigest()
        for part in ("--ctrl-tarfile", "--fsys-tarfile")
    }


def test_the_packages_can_be_built_again_to_the_same_bytes(packages: list[Path], again: list[Path]) -> None:
    before = {path.name: parts(path) for path in packages}
    assert {path.name: parts(path) for path in again} == before
    for name, sums in before.items():
        print(f"built twice: {name} {sums}")


def test_the_packages_are_without_what_lintian_calls_an_error(
    packages: list[Path], packages_before: list[Path]
) -> None:
    """Of the large one, whose files are those of the checkout and of wheels, for one release."""
    assert (len(packages), len(packages_before)) == (5, 5)
    small = [path for path in packages_before if not path.name.startswith("zato-common_")]
    command = ["lintian", "--fail-on", "error", *map(str, (*packages, *small))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    print(f"lintian: {done.stdout or 'nothing'}")
    assert done.returncode == 0, done.stdout


def test_the_packages_stay_small(again: list[Path]) -> None:
    sizes = {path.name.partition("_")[0]: path.stat().st_size / 1_000_000 for path in again}
    told = ", ".join(f"{name} {size:.2f}" for name, size in sizes.items())
    together = sum(sizes.values())
    print(f"Packages in MB: {told}; together {together:.1f} (bar {PACKAGES_MEGABYTES_MAX})")
    assert together <= PACKAGES_MEGABYTES_MAX, told


def test_conffiles_are_what_people_read_and_nothing_that_is_generated(packages: list[Path]) -> None:
    found = set()
    for package in packages:
        shown = subprocess.run(["dpkg-deb", "-I", package, "conffiles"], capture_output=True, text=True, check=False)
        found |= set(shown.stdout.split())
    there = REPOSITORY / "etc"
    assert found == {f"/etc/{path.relative_to(there)}" for path in there.rglob("*") if path.is_file()}
    assert not any(
        re.search(r"/(zato\.toml|secret\.key|pki|server-[0-9]+)(/|$)", name.replace("/defaults/", "-"))
        for name in found
    )


def test_hosts_are_built_from_what_the_packages_depend_on() -> None:
    control = (REPOSITORY / "debian" / "control").read_text(encoding="utf-8")
    assert {"haproxy", "lighttpd", "git", "lua-luaossl"} <= set(dependencies())
    assert all(name in control for name in dependencies())


def test_no_path_of_the_checkout_is_in_a_package(packages: list[Path], tmp_path: Path) -> None:
    for package in packages:
        subprocess.run(["dpkg-deb", "-x", str(package), str(tmp_path)], check=True)
    done = subprocess.run(["grep", "-rlF", str(REPOSITORY), str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.stdout == ""


def test_nothing_is_enabled_or_restarted_but_by_the_packages_own_scripts(
    packages: list[Path], packages_before: list[Path], tmp_path: Path
) -> None:
    """Of debhelper's, which differ by release, one would restart the balancer in an upgrade."""
    for package in (*packages, *packages_before):
        scripts = tmp_path / package.name
        subprocess.run(["dpkg-deb", "-e", package, scripts], check=True)
        text = "".join(path.read_text(encoding="utf-8") for path in scripts.iterdir())
        assert "deb-systemd-helper" not in text, package.name
        assert "_dh_action" not in text, package.name
