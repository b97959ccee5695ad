"""Files that systemd hands to a unit's processes only (LoadCredential=), so that they can be root's alone."""

from __future__ import annotations

import os
from pathlib import Path


def handed_over(file: Path) -> Path | None:
    """The copy of `file` that systemd has for this process, by the file's name; None where it has none.

    Of a directory that was handed over as a whole, by the directory's name (LoadCredential=pki:/etc/zato/pki), too.
    systemd guards the copy: no other unit sees it, and it is gone when the unit ends.
    """
    directory = os.environ.get("CREDENTIALS_DIRECTORY")
    if not directory:
        return None
    copies = (Path(directory) / name for name in (file.name, f"{file.parent.name}_{file.name}"))
    return next((copy for copy in copies if copy.is_file()), None)
