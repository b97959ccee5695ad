"""Third-party packages in a worker: behind Zato's own, switched at once, and honest about what stays imported."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.wheels import make_wheel
from zato.config.configuration import EMPTY, Configuration
from zato.config.package_set import declared
from zato.deployment.loader import CodeSet, DeploymentRefused
from zato.deployment.packages import WorkerPackages
from zato.host.packages import PackageSet, PackageSets, Pip
from zato.odb.log import StoredItem


def configuration(revision: int, *lines: str) -> Configuration:
    quoted = ", ".join(f'"{line}"' for line in lines)
    data = f'{{"requirements": "", "resolved": [{quoted}], "require_hashes": false, "allow_source": false}}'
    return Configuration.from_items(revision, [StoredItem("packages", "packages", revision, data)])


@pytest.fixture
def sets(tmp_path: Path) -> PackageSets:
    return PackageSets(tmp_path / "packages")


@pytest.fixture
def pip(tmp_path: Path) -> Pip:
    for version in ("1.0", "2.0"):
        make_wheel(tmp_path / "wheels", "zt-worker-rates", version)
    return Pip(tmp_path / "cache", index_url="none", find_links=str(tmp_path / "wheels"))


@pytest.fixture(autouse=True)
def path_as_before() -> Iterator[None]:
    before = list(sys.path)
    yield
    sys.path[:] = before
    sys.modules.pop("zt_worker_rates", None)


def test_packages_come_behind_zatos_own_once_they_are_whole_and_go_again(sets: PackageSets, pip: Pip) -> None:
    packages = WorkerPackages(sets)
    wanted = configuration(5, "zt-worker-rates==1.0")
    assert not packages.use(wanted)
    assert "does not have the declared packages yet" in packages.problems[0]
    sets.install(PackageSet(("zt-worker-rates==1.0",)), pip.install)
    assert packages.look()
    assert not packages.look()
    assert packages.problems == ()
    assert sys.path[-1] == str(packages.directory)
    assert importlib.import_module("zt_worker_rates").VERSION == "1.0"
    with pytest.raises(DeploymentRefused, match="would hide an installed one"):
        CodeSet().with_deployment("zt_worker_rates.py", b"x = 1\n", 1)
    assert packages.use(EMPTY)
    assert (packages.directory, str(sets.root) in "".join(sys.path)) == (None, False)


def test_what_was_imported_before_stays_and_is_told(sets: PackageSets, pip: Pip) -> None:
    packages = WorkerPackages(sets)
    for version in ("1.0", "2.0"):
        sets.install(PackageSet((f"zt-worker-rates=={version}",)), pip.install)
    packages.use(configuration(5, "zt-worker-rates==1.0"))
    importlib.import_module("zt_worker_rates")
    assert packages.use(configuration(6, "zt-worker-rates==2.0"))
    assert importlib.import_module("zt_worker_rates").VERSION == "1.0"
    assert "zt-worker-rates 1.0, now 2.0" in packages.problems[0]
    assert "systemctl reload" in packages.problems[0]
    # What nothing needs any more is nothing to mend
    assert packages.use(EMPTY)
    assert packages.problems == ()


def test_a_declaration_that_was_not_resolved_is_what_each_server_resolves() -> None:
    data = '{"requirements": "a>=1\\nb", "resolved": [], "require_hashes": false, "allow_source": true}'
    found = declared(Configuration.from_items(3, [StoredItem("packages", "packages", 3, data)]))
    assert found is not None
    assert (found.revision, found.packages.lines, found.packages.allow_source) == (3, ("a>=1", "b"), True)
    assert declared(EMPTY) is None


@pytest.mark.parametrize("module", ["prices", "zt_nothing_such", "prices.of_today", "yaml_of_ours"])
def test_a_missing_module_is_not_answered_with_a_strangers_package_of_that_name(module: str) -> None:
    with pytest.raises(DeploymentRefused, match="No file that is deployed has the module") as refused:
        CodeSet().with_deployment("user.py", f"import {module}\n".encode(), 1)
    refusal = refused.value.refusal
    assert refusal.line == 1
    assert f"has the module {module.partition('.')[0]!r}, nor has an installed package." in refusal.reason
    assert "deploy the file that has it first" in refusal.reason
    assert re.findall(r"packages install (\S+)", refusal.reason) == ["NAME"]


@pytest.mark.parametrize(("module", "package"), [("PIL.Image", "Pillow"), ("cv2", "opencv-python-headless")])
def test_a_well_known_modules_package_is_named_with_the_command(module: str, package: str) -> None:
    with pytest.raises(DeploymentRefused, match=f"zato packages install {package}$"):
        CodeSet().with_deployment("user.py", f"import {module}\n".encode(), 1)


def test_a_module_that_a_package_lacks_is_told_by_its_whole_name() -> None:
    with pytest.raises(DeploymentRefused, match=r"has the module 'json\.nothing_such', nor") as refused:
        CodeSet().with_deployment("user.py", b"import json.nothing_such\n", 1)
    assert "packages install NAME" in refused.value.refusal.reason
