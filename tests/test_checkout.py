"""A checkout runs wherever it lies, and whatever Python its user is set up for."""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

from zato import __version__

ROOT = Path(__file__).parent.parent


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """One whose virtual environment is complete already, with this one's packages in it."""
    checkout = tmp_path / "where it's kept"
    for name in ("tools", "requirements"):
        shutil.copytree(ROOT / name, checkout / name)
    (checkout / "usr").symlink_to(ROOT / "usr")
    subprocess.run(["/usr/bin/python3", "-m", "venv", "--without-pip", checkout / ".venv"], check=True)
    (checkout / ".venv" / "complete").touch()
    for lock in ("build", "product"):
        done = subprocess.run(["sha256sum", f"requirements/{lock}.lock"], cwd=checkout, check=True, capture_output=True)
        (checkout / ".venv" / f"{lock}.lock.sha256").write_bytes(done.stdout)
    (site,) = (checkout / ".venv" / "lib").glob("python3*/site-packages")
    (site / "these.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return checkout


def test_its_path_may_have_spaces_and_quotes(checkout: Path, tmp_path: Path) -> None:
    subprocess.run([checkout / "tools" / "prepare", "run"], check=True, cwd=tmp_path)
    (tmp_path / "click.py").write_text("raise SystemExit('the current directory was imported from')")
    done = subprocess.run(
        [checkout / ".venv" / "bin" / "zato", "--version"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == (f"zato {__version__}\n", "")


@pytest.mark.parametrize("name", ["PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP"])
def test_make_passes_no_variable_of_python_on(name: str) -> None:
    done = subprocess.run(
        ["make", "-s", "-C", str(ROOT), "--no-print-directory", "--eval", f'shown: ; @echo "<$${name}>"', "shown"],
        env={**os.environ, name: "/nowhere"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "<>\n"
