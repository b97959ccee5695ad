"""What a backup consists of. Whatever keeps something of its own has its part here."""

from __future__ import annotations

from zato.backup.part import Part
from zato.backup.parts.keys import KEYS
from zato.backup.parts.odb import ODB
from zato.backup.parts.odb_files import ODB_FILES
from zato.backup.parts.repositories import REPOSITORIES
from zato.backup.parts.settings import SETTINGS

PARTS: tuple[Part, ...] = (REPOSITORIES, ODB, KEYS, ODB_FILES, SETTINGS)
"""In the order in which they are saved and loaded.

A repository follows the ODB, so the older one of the two is the repository; a key is there before what it encrypts.
`zato.toml` is the last: with it there is a cluster.
"""
