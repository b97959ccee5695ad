"""The last step of an installation and of an upgrade: this machine runs the release that has just been put in place.

The order is what keeps requests from failing: the release is put beside the one that runs, the ODB is migrated, then
one server after the other is restarted, and the balancer is reloaded. Migrations only add (see odb/migrations), so both
releases work on the same ODB in between. Where a step fails, the former release goes on, under
the units of the new one, which dpkg has put in place by then.
"""

from __future__ import annotations

import os
from pathlib import Path

from zato import __version__
from zato.appliance import owners, units
from zato.appliance.releases import Releases
from zato.appliance.restarting import Undone, start_what_runs
from zato.core.errors import SetupError
from zato.host import children
from zato.host.children import Account
from zato.host.layout import APPLIANCE_LAYOUT as LAYOUT
from zato.host.settings import load_cluster

_AGAIN = (
    "Once the cause is mended, repeat it with: dpkg --configure -a. To go back instead, install the former packages: "
    "apt install --allow-downgrades ./zato*.deb"
)


def upgrade() -> None:
    """Raises SetupError where that was not possible; it says what runs now, and what to do."""
    os.umask(0o022)  # every user of Zato's reads a release
    releases = Releases()
    before = releases.current()
    release = releases.add(__version__)
    try:
        _migrate(release)
    except SetupError as error:
        releases.remove(release)
        raise SetupError(
            f"{error.message}\nThe ODB could not be prepared for Zato {__version__}, so the upgrade was not begun. "
            f"{_what_runs(before)} {_AGAIN}",
            code="upgrade-failed",
        ) from error
    releases.use(release)
    if units.systemd_runs():
        try:
            start_what_runs(units, releases, before)
        except Undone as error:
            raise SetupError(f"{error.message} {_what_runs(before)} {_AGAIN}", code="upgrade-failed") from error
    releases.remove_others()


def _migrate(release: Path) -> None:
    """As the user who has the ODB, by the new release's code. A machine that has no servers leaves it to others."""
    if not LAYOUT.settings.exists() or not LAYOUT.server_numbers(load_cluster(LAYOUT).servers):
        return
    command = [str(release / "venv" / "bin" / "python3"), "-m", "zato.appliance", "migrate"]
    # However long it takes, and however large the ODB is
    done = children.run(command, account=Account(*owners.SERVERS.ids()), seconds=None, file_bytes_max=None)
    if done.code != 0:
        said = done.errors.decode(errors="replace").strip()
        raise SetupError(said or f"The migration ended with {done.code}.")


def _what_runs(before: Path | None) -> str:
    return "Nothing runs yet." if before is None else f"{before.name} is what runs, and what is started from now on."
