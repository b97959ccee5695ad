"""PostgreSQL and MariaDB: by their own programs, as the user whose the ODB's files are.

What they need to log in is in files of a directory that only that user can enter; nothing of it is on a command line.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy import inspect

from zato.core.errors import ZatoError
from zato.host import children
from zato.host.children import Account
from zato.host.identity import as_owner_of
from zato.host.programs import program
from zato.odb.address import DatabaseTls, parse
from zato.odb.database import Database
from zato.odb.dumps import credentials
from zato.odb.dumps.facts import Facts, Moment, facts_of
from zato.odb.dumps.mysql_moment import facts_of_dump
from zato.sql.several_hosts import DatabaseHost

_OURS = "zt_"
_MYSQL_DUMP = (
    "--single-transaction",
    "--quick",
    "--hex-blob",
    "--skip-lock-tables",
    "--skip-triggers",
    "--skip-tz-utc",
    "--no-tablespaces",
    "--default-character-set=utf8mb4",
)


class PostgreSqlDump:
    """An archive of pg_dump's own form, of the moment whose contents are told."""

    name = "odb.pgdump"

    def __init__(self, url: str, tls: DatabaseTls | None, database: Database, account: Account | None) -> None:
        self._address = parse(url)
        self._tls = tls
        self._database = database
        self._account = account

    def save(self, directory: Path) -> Facts:
        with ExitStack() as stack:
            with as_owner_of(directory):  # who may have a key of its own for the database
                connection = stack.enter_context(self._database.maintenance())
            environment = stack.enter_context(self._login())
            connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                snapshot = connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one()
                command = ["pg_dump", f"--dbname=service={credentials.SERVICE}", "--no-password", "--format=custom"]
                command += ["--compress=0", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
                command += [f"--table={_OURS}*", "--lock-wait-timeout=30000"]
                _run(command, self._account, environment, output=directory / self.name)
                return facts_of(Moment(connection))

    def load(self, directory: Path) -> None:
        with self._login() as environment:
            command = ["pg_restore", f"--dbname=service={credentials.SERVICE}", "--no-password", "--no-owner"]
            command += ["--no-privileges", "--exit-on-error", "--single-transaction"]
            _run(command, self._account, environment, input=directory / self.name)

    @contextmanager
    def _login(self) -> Iterator[dict[str, str]]:
        with _private_directory(self._account) as directory:
            service, secrets = directory / "service", directory / "password"
            texts = credentials.postgresql_files(self._address, self._tls, str(secrets))
            for path, text in zip((service, secrets), texts, strict=True):
                _write(path, text, self._account)
            yield {"PGSERVICEFILE": str(service), "PGSYSCONFDIR": str(directory)}


class MySqlDump:
    """SQL of mariadb-dump, of the moment whose contents are told."""

    name = "odb.sql"

    def __init__(self, url: str, tls: DatabaseTls | None, database: Database, account: Account | None) -> None:
        self._address = parse(url)
        self._tls = tls
        self._database = database
        self._account = account

    def save(self, directory: Path) -> Facts:
        target = directory / self.name
        with ExitStack() as stack:
            with as_owner_of(directory):  # who may have a key of its own for the database
                with self._database.read() as connection:
                    ours = sorted(name for name in inspect(connection).get_table_names() if name.startswith(_OURS))
                locking, reading = (stack.enter_context(self._database.maintenance()) for _ in range(2))
            options = stack.enter_context(self._login())
            command = ["mariadb-dump", f"--defaults-file={options}", *_MYSQL_DUMP, "--"]
            command += [self._address.url.database or "", *ours]
            return facts_of_dump(
                locking, reading, ours, target, lambda: _run(command, self._account, {}, output=target)
            )

    def load(self, directory: Path) -> None:
        """In the client's sandbox, where it has one: between statements there may be commands of the client's."""
        with self._login() as options:
            command = [program("mariadb"), f"--defaults-file={options}", "--batch"]
            command += [*self._sandbox(command[0]), "--default-character-set=utf8mb4", self._address.url.database or ""]
            _run(command, self._account, {}, input=directory / self.name)

    def _sandbox(self, client: str) -> list[str]:
        said = children.run([client, "--help"], account=self._account, seconds=30.0)
        return ["--sandbox"] if b"--sandbox" in said.output else []

    @contextmanager
    def _login(self) -> Iterator[Path]:
        with _private_directory(self._account) as directory:
            options = directory / "options"
            _write(options, credentials.mysql_file(self._address, self._tls, self._host()), self._account)
            yield options

    def _host(self) -> DatabaseHost | None:
        """Where there are several hosts, the one that takes changes now."""
        if not self._address.hosts:
            return None
        with self._database.read() as connection:
            driver = connection.connection.dbapi_connection
            return DatabaseHost(driver.host, driver.port)  # type: ignore[union-attr]


@contextmanager
def _private_directory(account: Account | None) -> Iterator[Path]:
    directory = Path(tempfile.mkdtemp(prefix="zato-", dir="/var/tmp"))
    try:
        if account is not None:
            os.chown(directory, account.uid, account.gid)
        yield directory
    finally:
        shutil.rmtree(directory)


def _write(path: Path, text: str, account: Account | None) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        if account is not None:
            os.fchown(descriptor, account.uid, account.gid)
        file.write(text)


def _run(
    command: Sequence[str],
    account: Account | None,
    environment: dict[str, str],
    *,
    input: Path | None = None,
    output: Path | None = None,
) -> None:
    """Raises ZatoError in the program's own words."""
    name, *arguments = command
    try:
        ended = children.run(
            [name if name.startswith("/") else program(name), *arguments],
            account=account,
            seconds=None,
            environment=environment,
            file_bytes_max=None,
            input=input,
            output=output,
        )
    except subprocess.SubprocessError as error:
        raise ZatoError(f"{Path(name).name} could not be run: {error}.", code="database-tool-failed") from error
    if ended.code != 0:
        said = " ".join(ended.errors.decode(errors="replace").split())[-1000:]
        raise ZatoError(f"{Path(name).name} failed: {said or f'exit code {ended.code}'}", code="database-tool-failed")
