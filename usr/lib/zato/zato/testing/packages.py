"""Third-party packages in tests: those that the services of this machine have."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from zato.core.errors import SetupError
from zato.host.children import owner_of
from zato.host.layout import APPLIANCE, Layout
from zato.host.packages import PackageSets


def use_packages(home: Path | None = None) -> Path:
    """Let tests import the packages that `zato packages` has installed on this machine; call it in conftest.py.

    `home` is the cluster's directory: ZATO_HOME, else .zato here, else the appliance's. Raises SetupError where it has
    no packages, and to root for those that somebody else could have put code of their own into.
    """
    if home is None:
        named = os.environ.get("ZATO_HOME")
        home = Path(named) if named else Path(".zato") if Path(".zato").is_dir() else APPLIANCE
    directory = PackageSets(Layout(home.absolute()).packages).current()
    if directory is None:
        raise SetupError(f"The cluster in {home} has no packages; install some with: zato packages install NAME")
    for path in (directory, *directory.parents):
        owner = owner_of(path)
        if owner is not None:
            raise SetupError(
                f"{path} belongs to the user {owner.uid}, who could have root run anything by what is there. Run the "
                "tests as that user.",
                code="foreign-directory",
            )
    if str(directory) not in sys.path:
        sys.path.append(str(directory))
    return directory
