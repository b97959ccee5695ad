"""A PostgreSQL server of Debian's package."""

from __future__ import annotations

import secrets
import signal
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import URL, create_engine, exc, text

from support.certificates import CertificateAuthority, Issuer
from support.ports import free_port
from support.processes import Program, RunsProgram

_BINARIES = Path("/usr/lib/postgresql")
# Nothing but TLS, and nothing but a password that is not sent
_ACCESS = "hostssl all,replication all {} scram-sha-256\n"


class PostgreSql(RunsProgram):
    """Starts at construction; answers with a certificate of `authority` for `host`, which stands for `address`.

    One with a `primary` is a standby of it, with the same users and databases.
    """

    def __init__(
        self,
        primary: PostgreSql | None = None,
        authority: Callable[[Path], Issuer] = CertificateAuthority,
        *,
        host: str = "localhost",
        address: str = "127.0.0.1",
        clients: str = "127.0.0.1/32",
    ) -> None:
        self._host = host
        self._address = address
        self._clients = clients
        self._program = Program("postgresql", "postgres", signal.SIGINT)
        self.authority: Issuer = primary.authority if primary else authority(self._program.directory)
        self._pair = self.authority.issue("standby" if primary else "server", (host,))
        for path in (self._pair.certificate, self._pair.key):
            self._program.own(path)
        self._binaries = max(_BINARIES.glob("*/bin"), key=lambda path: int(path.parent.name))
        self._port = free_port()
        self._password: str = primary._password if primary else secrets.token_hex(16)
        self._data = self._program.directory / "data"
        if primary:
            self._copy(primary)
        else:
            self._initialise()
        self.start()

    def url(self, database: str) -> URL:
        return URL.create("postgresql+psycopg2", "zato", self._password, self._host, self._port, database)

    def create_database(self, name: str) -> None:
        self._execute(f"CREATE DATABASE {name}")

    def copy_database(self, name: str, copy: str) -> None:
        self._execute(f"CREATE DATABASE {copy} TEMPLATE {name}")

    def promote(self) -> None:
        """The standby takes changes from its return on, whatever has become of its primary."""
        self._execute("SELECT pg_promote()")

    @property
    def port(self) -> int:
        return self._port

    def start(self) -> None:
        settings = {
            "listen_addresses": self._address,  # one address, so that a timeout is met once
            "unix_socket_directories": str(self._program.directory),
            "ssl": "on",
            "ssl_cert_file": str(self._pair.certificate),
            "ssl_key_file": str(self._pair.key),
            "fsync": "off",
            "max_connections": "200",
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        command = [str(self._binaries / "postgres"), "-D", str(self._data), "-p", str(self._port), *options]
        self._program.start(command, self._answers)

    def _initialise(self) -> None:
        password = self._program.directory / "password"
        password.touch(0o600)
        password.write_text(self._password)
        self._program.own(password)
        self._program.run(
            *(str(self._binaries / "initdb"), "-D", str(self._data), "-U", "zato", "-E", "UTF8", "--locale=C.UTF-8"),
            *("--auth=scram-sha-256", f"--pwfile={password}", "--no-sync", "--no-instructions"),
        )
        (self._data / "pg_hba.conf").write_text(_ACCESS.format(self._clients))

    def _copy(self, primary: PostgreSql) -> None:
        source = (
            f"host=localhost port={primary.port} user=zato password={self._password} sslmode=verify-full "
            f"sslrootcert={self.authority.certificate} sslcert={self._program.directory / 'none'}"
        )
        backup = (str(self._binaries / "pg_basebackup"), "-d", source, "-D", str(self._data))
        self._program.run(*backup, "--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast", "--no-sync")

    def _answers(self) -> bool:
        try:
            self._execute("SELECT 1")
        except exc.OperationalError:
            return False
        return True

    def _execute(self, statement: str) -> None:
        verified = {"sslmode": "verify-full", "sslrootcert": str(self.authority.certificate), "connect_timeout": 3}
        engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT", connect_args=verified)
        try:
            with engine.connect() as connection:
                connection.execute(text(statement))
        finally:
            engine.dispose()
