#!/usr/bin/python3
"""tools/roots.py SUITE NAME PACKAGE...: a root file system of a Debian release, as root; prints where it is.

It is made where there is none with these packages yet, and stays as it is. Where packages come from is what this
machine is set up for: its APT sources, for that release in place of its own, and what its apt is told of fetching. What
runs in such a root finds this machine's pip settings too, where it needs them.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import IO

from kept import kept

SUITES = {"bookworm": 12, "trixie": 13}
WORK = "/work"
# What those have that are kept: one of each release with it is what the others begin as
_OF_ALL = ("python3-pip",)
_PIP_FILES = ("/etc/pip.conf", "/root/.config/pip/pip.conf")
_ENDING = (signal.SIGTERM, signal.SIGINT)
_AUTHORITIES = Path("/usr/local/share/ca-certificates")
_ENVIRONMENT = {
    "HOME": "/root",
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "TERM": "dumb",
    "LANG": "C.UTF-8",
}


def make_root(suite: str, root: Path, packages: Iterable[str], *, on: Path | None = None) -> None:
    """`on` is a root of this release that it begins as a copy of, which saves what both have from being unpacked twice.

    Raises SystemExit that says what is missing here, or that mmdebstrap has said why.
    """
    if os.geteuid() != 0:
        raise SystemExit("zato: making a root file system needs root; repeat this as root")
    if shutil.which("mmdebstrap") is None:
        raise SystemExit("zato: mmdebstrap is not installed; run: apt-get install mmdebstrap")
    fetching = [f"--aptopt={path}" for path in sorted(Path("/etc/apt/apt.conf.d").iterdir()) if _acquires(path)]
    # Nothing is lost that could not be made again: no waiting for the disk, and descriptions in no other language
    quick = ["--dpkgopt=force-unsafe-io", '--aptopt=Acquire::Languages "none"']
    command = ["mmdebstrap", "--quiet", *fetching, *quick, *_contents(packages, on)]
    with tempfile.TemporaryDirectory(prefix="zato-sources-") as directory:
        sources = _sources(suite, Path(directory))
        environment = {**_ENVIRONMENT, **{k: v for k, v in os.environ.items() if "proxy" in k.lower()}}
        made = [
            *_apart("--mount-proc"),
            "sh",
            "-c",
            f"{shlex.join([*command, suite, str(root), *map(str, sources)])}; exit $?",
        ]
        status = _run(made, environment=environment)
    if status != 0:
        raise SystemExit(f"zato: mmdebstrap ended with status {status}; the lines above say why")
    (root / "etc/dpkg/dpkg.cfg.d/99mmdebstrap").unlink()
    # Debian's installer writes it, mmdebstrap does not
    (root / "etc/hosts").write_text("127.0.0.1 localhost\n::1 localhost\n", encoding="ascii")


def kept_root(suite: str, name: str, packages: Iterable[str]) -> Path:
    """As `make_root`, made once for all checkouts of this user (tools/kept.py); _OF_ALL are added to the packages."""

    def make(root: Path) -> None:
        first = kept(f"first-{suite}", " ".join(_OF_ALL), lambda path: make_root(suite, path, _OF_ALL))
        make_root(suite, root, packages, on=first)

    return kept(f"{name}-{suite}", " ".join(sorted({*packages})), make)


def _contents(packages: Iterable[str], on: Path | None) -> list[str]:
    """What mmdebstrap is told of them."""
    if on is None:
        return ["--variant=minbase", f"--include={','.join(packages)}"]
    copy = f'cp -a {shlex.quote(str(on))}/. "$1"'
    quiet = "DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends"
    install = f'chroot "$1" env {quiet} {shlex.join(packages)} >/dev/null'
    return ["--variant=custom", f"--setup-hook={copy}", f"--customize-hook={install}"]


def open_pip(root: Path) -> None:
    """pip in it fetches as this machine's does; `inside` shows it the directories that it is told to look into."""
    for path in map(Path, _PIP_FILES):
        if path.is_file():
            copy = root / path.relative_to("/")
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
    if _AUTHORITIES.is_dir():
        shutil.copytree(_AUTHORITIES, root / _AUTHORITIES.relative_to("/"), dirs_exist_ok=True)


def inside(root: Path, command: Sequence[str], *, work: Path | None = None, network: bool = True) -> list[str]:
    """What runs `command` in `root`, in namespaces of its own for processes and mounts, and without a network if so
    wanted. `work` is WORK there, and where it starts. Whatever it has started ends with it, and with who started it."""
    quoted = shlex.quote(str(root))
    # A mount of its own: only in such a root can namespaces of mounts be made again
    mounts = [
        f"mount --bind {quoted} {quoted}",
        f"mount --rbind /dev {quoted}/dev",
        f"mount -t proc proc {quoted}/proc",
    ]
    for directory in map(str, _pip_directories()):
        mounts.append(_bind(directory, f"{root}{directory}") + " -o ro")
    if work is not None:
        mounts.append(_bind(str(work), f"{root}{WORK}"))
    environment = {**_ENVIRONMENT, **_pip_environment()}
    start = ["--chdir", WORK] if work is not None else []
    words = shlex.join(["env", "-i", *start, *(f"{name}={value}" for name, value in environment.items()), *command])
    # The shell stays, as the namespace's first process: what runs there does not expect to become the parent of orphans
    script = " && ".join([*mounts, f"chroot {quoted} {words}"]) + "; exit $?"
    return [*_apart(*([] if network else ["--net"])), "sh", "-c", script]


def run(
    root: Path,
    command: Sequence[str],
    *,
    work: Path | None = None,
    network: bool = True,
    output: IO[bytes] | None = None,
) -> int:
    """The status of `command`, run `inside`. When this returns, and when it raises as it was interrupted, all that was
    started has ended and nothing is mounted any more."""
    return _run(inside(root, command, work=work, network=network), output=output)


def end(pid: int) -> None:
    """Ends what `inside` runs as process `pid`, a child of ours, and returns when all of it has ended."""
    try:
        first = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        first = []
    # With the namespace's first process the kernel ends all others; `unshare` is told once they are gone, and follows
    for each in map(int, first) if first else [pid]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(each, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, 0)


def exit_when_told() -> None:
    """SIGTERM and SIGINT raise SystemExit, also where whoever has started this ignores them. Once: what comes after
    that finds a program that ends already, and is not to be kept from tidying up."""

    def leave(number: int, _frame: FrameType | None) -> None:
        for each in _ENDING:
            signal.signal(each, signal.SIG_IGN)
        raise SystemExit(128 + number)

    for each in _ENDING:
        signal.signal(each, leave)


def _apart(*more: str) -> list[str]:
    """In front of a command: namespaces of its own for processes and mounts. All of it ends with whoever starts it."""
    return ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--pid", *more, "--fork", "--kill-child"]


def _run(
    command: Sequence[str], *, environment: Mapping[str, str] | None = None, output: IO[bytes] | None = None
) -> int:
    errors = None if output is None else subprocess.STDOUT
    process = subprocess.Popen(command, env=environment, stdout=output, stderr=errors)
    try:
        return process.wait()
    except BaseException:
        if process.returncode is None:
            end(process.pid)
        raise


def _bind(directory: str, within: str) -> str:
    return f"mkdir -p {shlex.quote(within)} && mount --bind {shlex.quote(directory)} {shlex.quote(within)}"


def _sources(suite: str, directory: Path) -> list[Path]:
    """Copies of this machine's sources of Debian, for `suite`."""
    own = _own_suite()
    # Not a suite such as other-bookworm, which is somebody else's
    named = re.compile(rf"(?<![\w-]){own}\b(?!\.)")
    places = [Path("/etc/apt/sources.list"), *sorted(Path("/etc/apt/sources.list.d").glob("*"))]
    found = []
    for path in places:
        if path.is_file() and path.suffix in (".list", ".sources"):
            text = path.read_text(encoding="utf-8")
            if named.search(text):
                copy = directory / path.name
                copy.write_text(named.sub(suite, text), encoding="utf-8")
                found.append(copy)
    if not found:
        raise SystemExit(f"zato: no file in /etc/apt names a source of {own}, this machine's release of Debian")
    return found


def _own_suite() -> str:
    found = re.search(r"^VERSION_CODENAME=(\w+)$", Path("/etc/os-release").read_text(encoding="utf-8"), re.MULTILINE)
    if found is None:
        raise SystemExit("zato: /etc/os-release does not name a release of Debian (VERSION_CODENAME)")
    return found[1]


def _acquires(path: Path) -> bool:
    """Whether the file says how packages are fetched: proxies, what is checked."""
    return re.search(r"^\s*Acquire::", path.read_text(encoding="utf-8"), re.MULTILINE) is not None


def _pip_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("PIP_")}


def _pip_directories() -> list[Path]:
    """Directories of this machine that pip is told to look into."""
    texts = [*_pip_environment().values()]
    texts += [Path(name).read_text(encoding="utf-8") for name in _PIP_FILES if Path(name).is_file()]
    named = {Path(found) for text in texts for found in re.findall(r"(?:file://|(?<![:/\w]))(/[^\s/][^\s]*)", text)}
    # A simple index links to files that lie beside it
    tops = {path.parent if path.name == "simple" else path for path in named if path.is_dir()}
    return sorted(tops)


def main(words: Sequence[str]) -> None:
    if len(words) < 2 or words[0] not in SUITES:
        raise SystemExit(f"usage: tools/roots.py {'|'.join(SUITES)} NAME PACKAGE...")
    print(kept_root(words[0], words[1], words[2:]))


if __name__ == "__main__":
    main(sys.argv[1:])
