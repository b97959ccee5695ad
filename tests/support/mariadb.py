"""A MariaDB server of Debian's package."""

from __future__ import annotations

import secrets
import signal

import pymysql
from sqlalchemy import URL

from support.certificates import CertificateAuthority, Issuer
from support.ports import free_port
from support.processes import Program, RunsProgram

_LOG_SIZE = "8M"  # by default it is 96 MB, which is written once and removed once by each run


class MariaDb(RunsProgram):
    """Starts at construction; answers to `localhost` with a certificate of `authority`.

    One that is `like` another has the same users and the same authority, and data of its own.
    """

    def __init__(self, like: MariaDb | None = None) -> None:
        self._program = Program("mariadb", "mysql", signal.SIGTERM)
        self.authority: Issuer = like.authority if like else CertificateAuthority(self._program.directory)
        self._pair = self.authority.issue("second" if like else "server", ("localhost",))
        for path in (self._pair.certificate, self._pair.key):
            self._program.own(path)
        self._port = free_port()
        self._password: str = like._password if like else secrets.token_hex(16)
        self._data = self._program.directory / "data"
        self._socket = self._program.directory / "server.sock"
        self._root_password = ""
        self._initialise()
        self.start()
        root_password = secrets.token_hex(16)
        self._execute(f"ALTER USER root@localhost IDENTIFIED BY '{root_password}'")
        self._root_password = root_password
        self._execute(f"CREATE USER zato@'%' IDENTIFIED BY '{self._password}' REQUIRE SSL")

    def url(self, database: str) -> URL:
        return URL.create("mysql+pymysql", "zato", self._password, "localhost", self._port, database)

    @property
    def port(self) -> int:
        return self._port

    def set_read_only(self, read_only: bool) -> None:
        """From its return on the server takes changes of nobody but its administrator, or of everybody again."""
        self._execute(f"SET GLOBAL read_only = {int(read_only)}")

    def create_database(self, name: str) -> None:
        # A character set that knows no difference between a and A: the tables must say for themselves what they need
        self._execute(f"CREATE DATABASE {name} CHARACTER SET latin1 COLLATE latin1_swedish_ci")
        self._execute(f"GRANT ALL ON {name}.* TO zato@'%'")

    def copy_database(self, name: str, copy: str) -> None:
        self.create_database(copy)
        with self._connection() as connection, connection.cursor() as cursor:
            cursor.execute(f"SHOW TABLES FROM {name}")
            tables = [table for (table,) in cursor.fetchall()]
            cursor.execute(f"USE {copy}")
            cursor.execute("SET foreign_key_checks = 0")  # they are made in no order
            for table in tables:
                cursor.execute(f"SHOW CREATE TABLE {name}.{table}")
                _, statement = cursor.fetchone() or ("", "")
                cursor.execute(statement)
                cursor.execute(f"INSERT INTO {table} SELECT * FROM {name}.{table}")

    def start(self) -> None:
        settings = {
            "datadir": str(self._data),
            "socket": str(self._socket),
            "pid-file": str(self._program.directory / "server.pid"),
            "port": str(self._port),
            "bind-address": "127.0.0.1",
            "ssl-ca": str(self.authority.certificate),
            "ssl-cert": str(self._pair.certificate),
            "ssl-key": str(self._pair.key),
            "require-secure-transport": "ON",
            "innodb-flush-log-at-trx-commit": "2",  # what was committed survives a kill, not a power cut
            "innodb-buffer-pool-size": "64M",
            "innodb-log-file-size": _LOG_SIZE,
            "innodb-flush-method": "nosync",
            "innodb-doublewrite": "OFF",
            "max-connections": "200",
        }
        options = [f"--{name}={value}" for name, value in settings.items()]
        self._program.start(["/usr/sbin/mariadbd", "--no-defaults", *options], self._answers)

    def _initialise(self) -> None:
        self._program.run(
            *("mariadb-install-db", "--no-defaults", f"--datadir={self._data}", "--skip-test-db"),
            f"--innodb-log-file-size={_LOG_SIZE}",
            "--auth-root-authentication-method=normal",
        )

    def _answers(self) -> bool:
        try:
            self._execute("SELECT 1")
        except (pymysql.OperationalError, OSError):
            return False
        return True

    def _execute(self, statement: str) -> None:
        with self._connection() as connection, connection.cursor() as cursor:
            cursor.execute(statement)

    def _connection(self) -> pymysql.Connection:
        return pymysql.connect(
            unix_socket=str(self._socket), user="root", password=self._root_password, autocommit=True, connect_timeout=3
        )
