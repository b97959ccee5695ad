"""The text of a cluster's `zato.toml`, as programs write it. Apart from reading it, which every process does."""

from __future__ import annotations

import msgspec
import tomlkit
import tomlkit.exceptions

from zato.core.errors import SetupError
from zato.host.edited_file import EditedFile
from zato.host.files import write_atomically
from zato.host.layout import Layout
from zato.host.settings import ClusterSettings, parse_toml, read_settings


def write_cluster(layout: Layout, settings: ClusterSettings) -> None:
    """Writes `zato.toml`, readable by its owner only since an ODB URL may hold a password."""
    document = tomlkit.document()
    document.add(tomlkit.comment("Settings of this cluster; restart it after a change."))
    for key, value in msgspec.structs.asdict(settings).items():
        if value not in (None, ""):
            document.add(key, tomlkit.item(msgspec.to_builtins(value)))
    layout.settings.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_atomically(layout.settings, tomlkit.dumps(document).encode())


def replace_odb(layout: Layout, url: str) -> None:
    """`zato.toml` names another ODB; all else in it, its owner and its mode stay as they are.

    Raises SetupError where the file cannot be changed without changing what else it says; then it stays as it was.
    """
    path = layout.settings
    file = EditedFile(path)
    before = read_settings(path)
    values = parse_toml(path, before)
    after = _with_odb(before.decode(), url)
    if after is None or parse_toml(path, after) != {**values, "odb": url} or not file.replace(before, after):
        raise SetupError(
            f"{path} cannot be changed by a program as it is written; put this line into it: odb = "
            "(the URL, in quotation marks).",
            code="invalid-settings",
        )


def _with_odb(text: str, url: str) -> bytes | None:
    try:
        document = tomlkit.parse(text)
        document["odb"] = url
        return tomlkit.dumps(document).encode()
    except tomlkit.exceptions.TOMLKitError:
        return None
