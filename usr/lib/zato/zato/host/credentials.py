"""Files that systemd hands to a unit's processes only (LoadCredential=), so that they can be root's alone."""

from __future__ import annotations

import os
from pathlib import Path


def handed_over(file: Path) -> Path | None:
    """The copy of `file` that systemd has for this process, by the file's name; None where it has none.

    systemd guards the copy: no other unit sees it, and it is gone when the unit ends.
    """
    directory = os.environ.get("CREDENTIALS_DIRECTORY")
    copy = Path(directory) / file.name if directory else None
    return copy if copy is not None and copy.is_file() else None
