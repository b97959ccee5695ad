"""Every wheel of the product for a release of Debian, as requirements/product.lock pins them."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

import roots
from build_root import CHECKOUT, BuildRoot
from kept import kept

# Published as source only: built in a root of the release, with locked tools
_SOURCE_ONLY = ("gunicorn-h1c",)
_LOCKS = ("product", "build")
# The same bytes at each build: nothing in a wheel may tell when and where it was built
_SAME_BYTES = {
    "SOURCE_DATE_EPOCH": "1700000000",
    "CFLAGS": f"-g0 -O2 -ffile-prefix-map={roots.WORK}=.",
    "LDFLAGS": "-Wl,--build-id=none",
}
# The release's own pip sees to the environment, which is made in no time without one
_BUILD = """
python3 -m venv --without-pip tools
pip() { python3 -m pip --python tools/bin/python -q "$@"; }
pip install --no-index --find-links build --require-hashes -r build.lock
for archive in product/*.tar.gz; do
    pip wheel --no-deps --no-index --no-build-isolation --use-pep517 -w product "$archive"
    rm "$archive"
done
"""


def collect(suite: str, root: BuildRoot) -> Path:
    """The directory that has them, and `wheels.lock` with their hashes; made once for each state of the locks and each
    Python."""
    locks = "".join((CHECKOUT / "requirements" / f"{name}.lock").read_text(encoding="utf-8") for name in _LOCKS)
    return kept(f"wheels-{suite}", f"{root.python()}\n{locks}", lambda target: _make(target, root))


def _make(target: Path, root: BuildRoot) -> None:
    print(f"==> Collecting the wheels of requirements/product.lock for Python {root.python()}", flush=True)
    work = target.with_name(f"{target.name}.work")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    for name in _LOCKS:
        _download(name, work / name, root.python())
        shutil.copy(CHECKOUT / "requirements" / f"{name}.lock", work)
    root.run(work, ["sh", "-ec", _BUILD], _SAME_BYTES, work / "build.log")
    _lock(work / "product")
    (work / "product").rename(target)
    shutil.rmtree(work)


def _download(lock: str, to: Path, python: str) -> None:
    pip = [str(CHECKOUT / ".venv/bin/python"), "-m", "pip", "--disable-pip-version-check", "-qq", "download"]
    # What a wheel depends on is in the lock too; whether it all is, is seen when the package is built
    options = ["--no-deps", "--require-hashes", "--no-build-isolation", "--python-version", python]
    options += ["--only-binary", ":all:", "--no-binary", ",".join(_SOURCE_ONLY), "-d", str(to)]
    subprocess.run([*pip, *options, "-r", str(CHECKOUT / "requirements" / f"{lock}.lock")], check=True)


def _lock(wheels: Path) -> None:
    """What pip is given when the package is built: exactly these files."""
    lines = []
    for wheel in sorted(wheels.glob("*.whl")):
        name, version, *_ = wheel.name.split("-")
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        lines.append(f"{name.replace('_', '-')}=={version} --hash=sha256:{digest}\n")
    (wheels / "wheels.lock").write_text("".join(lines), encoding="ascii")
