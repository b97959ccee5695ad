"""Fixtures of all tests. A database server is started when a test first needs it, and once for the whole run."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from support.databases import (
    DatabaseAddress,
    DatabaseServer,
    emptied_oracle,
    initialised,
    new_database,
    new_odb,
    new_sqlite,
)
from support.durations import Phase, processes, scopes, slowest
from support.mariadb import MariaDb
from support.postgresql import PostgreSql
from support.rabbitmq import RabbitMq
from support.reasons import REASONS
from support.scheduling import ByScope, rank
from zato.odb.database import Database

ORACLE_URL = os.environ.get("ZATO_TEST_ORACLE_URL", "")
SERVERS = ["postgresql", "mariadb"]
ALL_DATABASES = ["sqlite", *SERVERS, *(["oracle"] if ORACLE_URL else [])]


# How long an example takes on a machine that others use, too, says nothing about it
settings.register_profile("zato", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("zato")


# Nothing of the thousands of tests that are collected is garbage; looking for it took as long as all else
gc.disable()


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByScope:
    return ByScope(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes the longest comes first."""
    items.sort(key=lambda item: rank(item.nodeid))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slowest", type=int, default=0, help="Name so many of the slowest tests, each with its reason.")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """What was not run against the real thing is not to be taken for it."""
    if not ORACLE_URL and any("test_oracle.py" in report.nodeid for report in terminalreporter.getreports("passed")):
        terminalreporter.write_line("Oracle: compiled only, as ZATO_TEST_ORACLE_URL names no database.", yellow=True)
    count = config.getoption("--slowest")
    if not count:
        return
    phases = [
        Phase(report.nodeid, report.when, getattr(report, "worker_id", "pytest"), report.start, report.stop)
        for reports in terminalreporter.stats.values()
        for report in reports
        if isinstance(report, pytest.TestReport)
    ]
    for title, lines in (
        ("slowest, with their reasons", slowest(phases, count, REASONS)),
        ("what is run together, the longest first", scopes(phases)),
        ("until when each process had work", processes(phases)),
    ):
        terminalreporter.section(title)
        for line in lines:
            terminalreporter.write_line(line)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    os.umask(0o022)  # what ran before in this process may have changed it


@pytest.fixture(scope="session")
def postgresql() -> Iterator[DatabaseServer]:
    """A PostgreSQL server for the whole run; make a database of your own in it."""
    server = PostgreSql()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def mariadb() -> Iterator[DatabaseServer]:
    """A MariaDB server for the whole run; make a database of your own in it."""
    server = MariaDb()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def rabbitmq() -> Iterator[RabbitMq]:
    """A RabbitMQ for the whole run. Who pauses or kills it brings it back."""
    server = RabbitMq()
    yield server
    server.remove()


@pytest.fixture(params=ALL_DATABASES)
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> DatabaseAddress:
    """A database without a table, in turn on each of the database servers."""
    match request.param:
        case "sqlite":
            return new_sqlite(tmp_path)
        case "oracle":
            return emptied_oracle(ORACLE_URL)
        case name:
            return new_database(request.getfixturevalue(name))


@pytest.fixture(params=ALL_DATABASES)
def odb(request: pytest.FixtureRequest, tmp_path: Path) -> DatabaseAddress:
    """A prepared ODB of a cluster named zato, in turn on each of the database servers."""
    match request.param:
        case "sqlite":
            return initialised(new_sqlite(tmp_path))
        case "oracle":
            return initialised(emptied_oracle(ORACLE_URL))
        case name:
            return new_odb(request.getfixturevalue(name))


@pytest.fixture
def database(odb: DatabaseAddress) -> Iterator[Database]:
    """An open connection to `odb`."""
    opened = odb.open()
    yield opened
    opened.dispose()


@pytest.fixture
def sqlite_odb(tmp_path: Path) -> Iterator[Database]:
    """A prepared ODB in a file, for tests that do not care which database it is."""
    opened = initialised(new_sqlite(tmp_path)).open()
    yield opened
    opened.dispose()


@pytest.fixture(params=SERVERS)
def database_server(request: pytest.FixtureRequest) -> DatabaseServer:
    """Each database server in turn. Who pauses or kills it brings it back."""
    server: DatabaseServer = request.getfixturevalue(request.param)
    return server
