"""Root, for a while with the rights of a lesser user only, whose files it deals with."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from zato.host.children import NO_HOME, owner_of


@contextmanager
def as_owner_of(path: Path) -> Iterator[None]:
    """Within this, root may do with files what the owner of `path` may: links lead to nothing that is not theirs.

    For the whole process, which other users cannot look into meanwhile. Programs are not to be started within this
    but by zato.host.children, since root's own id is only put aside.
    """
    account = owner_of(path)
    if account is None:
        yield
        return
    groups, group, home = os.getgroups(), os.getegid(), os.environ.get("HOME")
    # Root's own is closed to them, and libpq fails where it may not look for a certificate in it
    os.environ["HOME"] = NO_HOME
    os.setgroups([account.gid])
    os.setegid(account.gid)
    os.seteuid(account.uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(group)
        os.setgroups(groups)
        if home is None:
            del os.environ["HOME"]
        else:
            os.environ["HOME"] = home
