"""What administrators have added to lighttpd's configuration, in lighttpd's own language."""

from __future__ import annotations

from pathlib import Path

from zato.core.errors import SetupError
from zato.host.files import read_plain
from zato.host.layout import Layout


def own_sources(layout: Layout) -> list[Path]:
    """The files, in the order in which they are read; each lighttpd of this machine has them."""
    if layout.is_appliance:
        return sorted((layout.configuration / "lighttpd").glob("*.conf"))
    return [path for path in (layout.root / "lighttpd" / "own.conf",) if path.exists()]


def own_text(layout: Layout) -> str:
    """All of them. Raises SetupError for what cannot be read."""
    texts = []
    for path in own_sources(layout):
        try:
            texts.append(f"# {path}\n{read_plain(path, follow=True).decode('utf-8').rstrip()}\n")
        except (OSError, UnicodeError) as error:
            raise SetupError(f"{path} cannot be read: {error}.") from error
    return "\n".join(texts)
