"""The packages themselves."""

from __future__ import annotations

import subprocess
from hashlib import sha256
from pathlib import Path

from support import hosts

# A third above what they had when this was written
PACKAGES_MEGABYTES_MAX = 16


def test_the_packages_can_be_built_again_to_the_same_bytes(packages: list[Path]) -> None:
    before = {path.name: path.read_bytes() for path in packages}
    subprocess.run([str(hosts.REPOSITORY / "tools" / "deb")], check=True, stdout=subprocess.DEVNULL)
    assert {path.name: path.read_bytes() for path in packages} == before
    for name, data in before.items():
        print(f"built twice: {sha256(data).hexdigest()} {name}")


def test_the_packages_are_without_what_lintian_calls_an_error(packages: list[Path]) -> None:
    assert len(packages) == 4
    done = subprocess.run(
        ["lintian", "--fail-on", "error", *packages], capture_output=True, text=True, timeout=120, check=False
    )
    print(f"lintian: {done.stdout or 'nothing'}")
    assert done.returncode == 0, done.stdout


def test_the_packages_stay_small(packages: list[Path]) -> None:
    sizes = {path.name.partition("_")[0]: path.stat().st_size / 1_000_000 for path in packages}
    told = ", ".join(f"{name} {size:.2f}" for name, size in sizes.items())
    together = sum(sizes.values())
    print(f"Packages in MB: {told}; together {together:.1f} (bar {PACKAGES_MEGABYTES_MAX})")
    assert together <= PACKAGES_MEGABYTES_MAX, told


def test_hosts_are_built_from_what_the_packages_depend_on() -> None:
    control = (hosts.REPOSITORY / "debian" / "control").read_text(encoding="utf-8")
    assert {"haproxy", "lighttpd", "git", "python3"} <= set(hosts.dependencies())
    assert all(name in control for name in hosts.dependencies())


def test_no_path_of_the_checkout_is_in_a_package(packages: list[Path], tmp_path: Path) -> None:
    for package in packages:
        subprocess.run(["dpkg-deb", "-x", str(package), str(tmp_path)], check=True)
    done = subprocess.run(
        ["grep", "-rlF", str(hosts.REPOSITORY), str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.stdout == ""
