"""python -m zato.cli.manual DIRECTORY: writes the pages into it, when the packages are built."""

from __future__ import annotations

import sys
from pathlib import Path

from zato import __version__
from zato.cli.main import cli
from zato.cli.manual import commands, settings

directory = Path(sys.argv[1])
directory.mkdir(parents=True, exist_ok=True)
for name, text in (*commands.pages(cli, __version__), *settings.pages(__version__)):
    (directory / name).write_text(text, encoding="utf-8")
