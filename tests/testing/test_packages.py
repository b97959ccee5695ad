"""Third-party packages in tests of services."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

import pytest

from support.wheels import make_wheel
from zato.core.errors import SetupError
from zato.host.packages import PackageSet, PackageSets, Pip
from zato.testing import use_packages


def test_tests_import_what_the_services_of_this_machine_have(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    with pytest.raises(SetupError, match="zato packages install"):
        use_packages(tmp_path / ".zato")
    make_wheel(tmp_path / "wheels", "zt-tested", "1.0")
    sets = PackageSets(tmp_path / ".zato" / "packages")
    packages = PackageSet(("zt-tested==1.0",))
    sets.install(packages, Pip(tmp_path / "cache", index_url="none", find_links=str(tmp_path / "wheels")).install)
    sets.make_current(packages)
    monkeypatch.chdir(tmp_path)
    assert use_packages() == sets.directory(packages) == use_packages()
    assert sys.path.count(str(sets.directory(packages))) == 1
    assert importlib.import_module("zt_tested").VERSION == "1.0"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root is refused, and only root gives directories away")
def test_root_imports_nothing_that_others_could_have_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    sets = PackageSets(tmp_path / ".zato" / "packages")
    packages = PackageSet(("zt-planted==1.0",))
    sets.directory(packages).mkdir(parents=True)
    sets.make_current(packages)
    assert use_packages(tmp_path / ".zato") == sets.directory(packages)
    os.chown(sets.root, 4711, 4711)
    sys.path.remove(str(sets.directory(packages)))
    with pytest.raises(SetupError, match="belongs to the user 4711") as refused:
        use_packages(tmp_path / ".zato")
    assert refused.value.code == "foreign-directory"
    assert str(sets.directory(packages)) not in sys.path
