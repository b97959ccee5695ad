"""Outgoing SQL connections in tests: SQLite in a temporary directory."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Iterator, Mapping
from pathlib import Path

from zato.config.kinds import OutgoingSql
from zato.outgoing.sql.connection import SqlConnection


class TestSql(SqlConnection):
    """An empty database of its own, removed with the connection; fill it with `execute` or a session."""

    __test__ = False  # to pytest, a name that starts with Test is a test

    def __init__(self, name: str) -> None:
        # A file rather than memory: a database in memory would be another one for each thread
        directory = tempfile.mkdtemp(prefix="zato-test-")
        weakref.finalize(self, shutil.rmtree, directory, ignore_errors=True)
        super().__init__(name, OutgoingSql(url="sqlite:///test.sqlite"), sqlite_directory=Path(directory))


class TestSqls(Mapping[str, TestSql]):
    """Connections by name, each made when it is first asked for."""

    __test__ = False

    def __init__(self) -> None:
        self._known: dict[str, TestSql] = {}

    def __getitem__(self, name: str) -> TestSql:
        return self._known.setdefault(name, TestSql(name))

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)
