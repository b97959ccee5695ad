"""debian/tests, run as Debian's own machinery runs them: by autopkgtest, on an installed appliance over ssh."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from support.hosts import Host
from support.root_file_systems import REPOSITORY
from support.ssh import Keys


def test_debians_tests_of_the_installed_packages_pass(appliance: Host, keys: Keys, tmp_path: Path) -> None:
    source = tmp_path / "source"
    # With nothing but the tests there is nothing for it to build
    shutil.copytree(REPOSITORY / "debian/tests", source / "debian/tests")
    runner = ["autopkgtest", "--no-built-binaries", "--timeout-test=600", str(source)]
    way = ["ssh", "-H", appliance.address, "-l", "root", "-i", str(keys.identity), "--capability=isolation-container"]
    done = subprocess.run([*runner, "--", *way], capture_output=True, text=True, timeout=900, check=False)
    told = f"{done.stdout}{done.stderr}"
    names = re.findall(r"\w+", (source / "debian/tests/control").read_text().splitlines()[0].partition(":")[2])
    assert len(names) > 2
    assert set(re.findall(r"^(\w+) +PASS$", told, re.M)) == set(names), told
    assert done.returncode == 0, told
