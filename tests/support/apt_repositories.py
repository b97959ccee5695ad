"""Our packages in a signed apt repository, as `make apt-repository` makes it, and machines that take them from it."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.documents.written import written
from support.hosts import Host
from support.root_file_systems import REPOSITORY

PLACE = "srv/zato"


@contextmanager
def repository(packages: Path) -> Iterator[Path]:
    """One of our own, signed with a key that nobody else has."""
    with tempfile.TemporaryDirectory(prefix="zato-repository-", dir="/var/tmp") as directory:
        home, made = Path(directory) / "gpg", Path(directory) / "apt"
        home.mkdir(mode=0o700)
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "GNUPGHOME": str(home)}
        key = ["gpg", "--batch", "--quiet", "--passphrase", "", "--quick-generate-key", "zato@example.com"]
        subprocess.run([*key, "default", "sign", "never"], check=True, env=environment, capture_output=True)
        try:
            tool = [str(path) for path in (REPOSITORY / "tools/apt_repository.py", made, packages)]
            subprocess.run([*tool, "zato@example.com"], check=True, env=environment, stdout=subprocess.DEVNULL)
            key_file = {"/etc/apt/keyrings/zato.asc": str(made / "zato-archive-keyring.asc")}
            looking = written("docs/packages.md", "gpg --show-keys /etc/apt/keyrings/zato.asc", key_file)
            shown = subprocess.run(looking.split(), check=True, env=environment, capture_output=True, text=True).stdout
            assert "zato@example.com" in shown
        finally:
            subprocess.run(["gpgconf", "--kill", "all"], check=True, env=environment)
        yield made


def trust(host: Host, repository: Path, suite: str) -> None:
    """The machine takes packages from it, too."""
    shutil.copytree(repository, host.root / PLACE, dirs_exist_ok=True)
    (host.root / "etc/apt/keyrings").mkdir(exist_ok=True)
    shutil.copy(repository / "zato-archive-keyring.asc", host.root / "etc/apt/keyrings/zato.asc")
    own = {"https://packages.example.com/zato": f"file:/{PLACE}", "Suites: trixie": f"Suites: {suite}"}
    host.run(written("docs/packages.md", "cat >/etc/apt/sources.list.d/zato.sources <<END", own))
