"""pip, which never changes Zato's own packages: they are constraints, and it installs into other directories only."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.metadata import distributions
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from zato.core.errors import InvalidInput, TimeLimitExceeded
from zato.host.packages.sets import PackageSet

TIME_LIMIT_SECONDS = 240.0
# Where the index is and how it is reached, as on the machine's own command line; nothing that moves what is installed
_KEPT = re.compile(
    r"(HOME|PATH|LANG|LC_ALL|TMPDIR|SSL_CERT_FILE|SSL_CERT_DIR|REQUESTS_CA_BUNDLE|(https?|no|all)_proxy"
    r"|PIP_(INDEX_URL|EXTRA_INDEX_URL|TRUSTED_HOST|CERT|CLIENT_CERT|CONFIG_FILE|PROXY|FIND_LINKS|NO_INDEX|TIMEOUT|RETRIES))",
    re.IGNORECASE,
)
_CREDENTIALS = re.compile(r"(://)[^/@\s]+@")
_CHATTER = re.compile(
    r"\s*(Collecting|Downloading|Using cached|Looking in|Requirement already|WARNING|\[notice\]|INFO:)"
)
_DECLARED = re.compile(r"-r \S+requirements\.txt \(line \d+\)")
_REASON_LENGTH = 1500


Fetch = Callable[[Path], None]
"""Fills a directory, which may not be there yet. Raises ZatoError or OSError."""


class Pip:
    """With the index that the machine is configured for, or the given one; "none" is for none at all."""

    def __init__(
        self,
        cache: Path,
        *,
        index_url: str = "",
        find_links: str = "",
        wheels: Path | None = None,
        fetch: Fetch | None = None,
        seconds: float = TIME_LIMIT_SECONDS,
    ) -> None:
        """`wheels` is a directory with wheels to look into as well, which `fetch` brings up to date each time."""
        self._cache = cache
        self._wheels = wheels
        self._fetch = fetch
        self._index_url = index_url
        self._find_links = find_links
        self._seconds = seconds

    def resolved(self, packages: PackageSet) -> tuple[str, ...]:
        """Exact versions of everything that these lines need and Zato does not have itself.

        Raises InvalidInput (packages-refused) with pip's reason where they do not fit together, or with Zato's own.
        """
        with TemporaryDirectory(prefix="zato-pip-") as directory:
            report = Path(directory) / "report.json"
            wanted = _written(directory, "requirements.txt", packages.lines)
            own = _written(directory, "constraints.txt", own_packages())
            self._fetch_wheels()
            options = ["install", "--dry-run", "--report", str(report), "-r", wanted, "-c", own]
            self._run([*options, *self._options(packages)])
            found: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
        if packages.require_hashes:
            return tuple(packages.lines)  # hashes of all platforms' files, as they were given
        names = [(each["metadata"]["name"], each["metadata"]["version"]) for each in found["install"]]
        return tuple(f"{name}=={version}" for name, version in sorted(names))

    def install(self, packages: PackageSet, directory: Path) -> None:
        """Fill the directory with exactly these packages. Raises InvalidInput (packages-refused) with pip's reason."""
        if not packages.lines:
            return
        with TemporaryDirectory(prefix="zato-pip-") as temporary:
            wanted = _written(temporary, "requirements.txt", packages.lines)
            self._fetch_wheels()
            options = ["install", "--target", str(directory), "--no-deps", "-r", wanted]
            self._run([*options, *self._options(packages)])

    def _fetch_wheels(self) -> None:
        if self._fetch is not None and self._wheels is not None:
            self._fetch(self._wheels)

    def _options(self, packages: PackageSet) -> list[str]:
        options = ["--no-input", "--disable-pip-version-check", "--cache-dir", str(self._cache)]
        if not packages.allow_source:
            options += ["--only-binary", ":all:"]
        if packages.require_hashes:
            options.append("--require-hashes")
        if self._find_links:
            options += ["--find-links", self._find_links]
        if self._wheels is not None and self._wheels.is_dir():
            options += ["--find-links", str(self._wheels)]
        if self._index_url == "none":
            options.append("--no-index")
        return options

    def _environment(self) -> dict[str, str]:
        """With the index, which may have a password in it: everybody on the machine can see a command line."""
        kept = {name: value for name, value in os.environ.items() if _KEPT.fullmatch(name)}
        index = {"PIP_INDEX_URL": self._index_url} if self._index_url not in ("", "none") else {}
        return {**kept, "LC_ALL": "C.UTF-8", **index}

    def _run(self, arguments: Sequence[str]) -> None:
        process = subprocess.Popen(
            [*_command(), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=self._environment(),
            start_new_session=True,
        )
        try:
            output, _ = process.communicate(timeout=self._seconds)
        except subprocess.TimeoutExpired as error:
            raise TimeLimitExceeded(
                f"pip did not end within {self._seconds:g} s; is the index that it asks reachable from this machine?",
                code="packages-timeout",
            ) from error
        finally:
            if process.returncode is None:  # also where it has ended itself, and what builds a package has not
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        if process.returncode != 0:
            raise InvalidInput(
                f"pip refuses the packages: {reason_in(output.decode('utf-8', 'replace'))}", code="packages-refused"
            )


def own_packages() -> list[str]:
    """What Zato itself has installed, as constraints: they stay what they are."""
    found = {each.metadata["Name"]: each.version for each in distributions(path=_own_paths())}
    return sorted(f"{name}=={version}" for name, version in found.items() if name and version)


def reason_in(output: str) -> str:
    """pip's own words from its first error on, without what it tells of its work, and without credentials."""
    lines = [line for line in output.splitlines() if line.strip() and not _CHATTER.match(line)]
    first = next((index for index, line in enumerate(lines) if line.lstrip().startswith("ERROR")), 0)
    text = " ".join(_DECLARED.sub("what is declared", " ".join(lines[first:])).replace("ERROR: ", "").split())
    return _CREDENTIALS.sub(r"\1", text)[:_REASON_LENGTH] or "it gives no reason."


def _own_paths() -> list[str]:
    return [entry for entry in sys.path if entry.startswith(sys.prefix) and entry.endswith("site-packages")]


def _command() -> list[str]:
    """That of this environment, or Debian's, told to work for this environment."""
    if find_spec("pip") is not None:
        return [sys.executable, "-I", "-m", "pip"]
    return ["/usr/bin/python3", "-I", "-m", "pip", "--python", sys.executable]


def _written(directory: str, name: str, lines: Sequence[str]) -> str:
    path = Path(directory) / name
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return str(path)
