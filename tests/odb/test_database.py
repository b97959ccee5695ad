"""Connections: verified TLS, errors in our words, and forks."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, text

from support.certificates import CertificateAuthority
from support.databases import DatabaseAddress, DatabaseServer, initialised, new_database, new_sqlite
from zato.core.errors import Conflict, SetupError, Unavailable
from zato.odb import migrate, tables
from zato.odb.address import connect_arguments, parse
from zato.odb.database import Database, DatabaseTls
from zato.odb.log import Action, ConfigurationLog, ProposedChange


def test_the_connection_to_a_server_is_encrypted(database_server: DatabaseServer) -> None:
    database = new_database(database_server).open()
    with database.read() as connection:
        if database.dialect == "postgresql":
            version = connection.scalar(text("SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()"))
        else:
            version = connection.execute(text("SHOW STATUS LIKE 'Ssl_version'")).one()[1]
    database.dispose()
    assert version in ("TLSv1.2", "TLSv1.3")


def test_a_server_with_a_certificate_of_another_authority_is_refused(
    database_server: DatabaseServer, tmp_path: Path
) -> None:
    stranger = CertificateAuthority(tmp_path, "Stranger")
    address = DatabaseAddress(new_database(database_server).url, stranger.certificate)
    with pytest.raises(Unavailable, match="certificate verify failed"):
        ConfigurationLog(address.open()).revision()


def test_a_server_with_a_certificate_for_another_name_is_refused(database_server: DatabaseServer) -> None:
    address = new_database(database_server)
    by_address = DatabaseAddress(address.url.replace("@localhost:", "@127.0.0.1:"), address.ca)
    with pytest.raises(Unavailable, match=r"does not match|doesn't match|mismatch"):
        ConfigurationLog(by_address.open()).revision()


def test_tls_may_also_be_asked_for_in_the_url(database_server: DatabaseServer, tmp_path: Path) -> None:
    address = new_database(database_server)
    options = {
        "postgresql": "sslmode=verify-full&sslrootcert={}",
        "mysql": "ssl_ca={}",
    }[parse(address.url).dialect]
    with Database(f"{address.url}?{options.format(address.ca)}").read() as connection:
        assert connection.scalar(text("SELECT 1")) == 1
    stranger = CertificateAuthority(tmp_path, "Stranger")
    with (
        pytest.raises(Unavailable, match="certificate verify failed"),
        Database(f"{address.url}?{options.format(stranger.certificate)}").read(),
    ):
        pass


def test_a_wrong_password_is_unavailable_and_not_shown(database_server: DatabaseServer) -> None:
    address = new_database(database_server)
    password = parse(address.url).url.password
    assert password is not None
    wrong = DatabaseAddress(address.url.replace(password, "wrong-password"), address.ca)
    with pytest.raises(Unavailable) as caught:
        ConfigurationLog(wrong.open()).revision()
    assert "wrong-password" not in caught.value.message


def test_an_odb_without_tables_says_what_to_run(empty_database: DatabaseAddress) -> None:
    database = empty_database.open()
    migrate.make_file(database)
    with pytest.raises(Unavailable, match="zato odb init") as caught:
        ConfigurationLog(database).revision()
    assert caught.value.code == "odb-not-initialised"


def test_a_violated_key_is_a_conflict_and_the_transaction_is_gone(database: Database) -> None:
    row = {"cluster_id": ConfigurationLog(database).cluster_id, "kind": "service", "name": "a", "revision": 1}
    with pytest.raises(Conflict), database.write() as connection:
        connection.execute(insert(tables.item).values({**row, "data": "{}"}))
        connection.execute(insert(tables.item).values({**row, "data": "{}"}))
    assert ConfigurationLog(database).items() == []


def test_what_is_read_begins_no_transaction_and_what_is_written_afterwards_does(postgresql: DatabaseServer) -> None:
    database = new_database(postgresql).open(pool_size=1)
    begun = text("SELECT xact_start = query_start FROM pg_stat_activity WHERE pid = pg_backend_pid()")
    for _ in range(2):
        with database.read() as connection:
            connection.execute(text("SELECT 1"))
            assert connection.scalar(begun), "each statement begins one of its own"
        with database.write() as connection:
            connection.execute(text("SELECT 1"))
            assert not connection.scalar(begun)
    database.dispose()


def test_what_is_raised_inside_a_transaction_is_passed_on_and_rolls_back(database: Database) -> None:
    row = {"cluster_id": ConfigurationLog(database).cluster_id, "kind": "service", "name": "a", "revision": 1}
    with pytest.raises(KeyError), database.write() as connection:
        connection.execute(insert(tables.item).values({**row, "data": "{}"}))
        raise KeyError("a")
    assert ConfigurationLog(database).items() == []


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "postgresql://user@host/name",
        "mysql://user@host/name",
        "mssql+pyodbc://user@host/name",
        "sqlite://",
        "sqlite:///:memory:",
        "postgresql+psycopg2://user:secret-word@host:port/name",
    ],
)
def test_a_url_that_cannot_work_is_refused_with_examples(url: str) -> None:
    with pytest.raises(SetupError, match=r"; use .*://") as caught:
        Database(url)
    assert caught.value.code == "invalid-odb-url"
    assert "secret-word" not in caught.value.message


@pytest.mark.parametrize(
    ("url", "name"),
    [
        *(
            (f"postgresql+psycopg2://a/b?sslmode=disable&{name}=secret-word", name)
            for name in ("service", "servicefile", "passfile", "password", "dsn", "plugin", "sslpassword")
        ),
        *(
            (f"{driver}://a/b?{name}=secret-word", name)
            for driver in ("mysql+pymysql", "mariadb+pymysql")
            for name in ("local_infile", "read_default_file", "client_flag", "init_command", "auth_plugin_map", "db")
        ),
        *((f"oracle+oracledb://a?{name}=secret-word", name) for name in ("config_dir", "wallet_location", "dsn")),
        ("sqlite:////a?uri=secret-word", "uri"),
        ("sqlite:////a?factory=secret-word", "factory"),
    ],
)
def test_a_driver_gets_no_parameter_that_is_not_known_to_be_harmless(url: str, name: str) -> None:
    with pytest.raises(SetupError, match=f"has the parameter '{name}', which one of ") as caught:
        Database(url)
    assert caught.value.code == "invalid-odb-url"
    assert "secret-word" not in caught.value.message


def test_a_driver_that_is_not_installed_is_named() -> None:
    with pytest.raises(SetupError, match="cx_oracle") as caught:
        Database("oracle+cx_oracle://user:word@host:1521/?service_name=name")
    assert caught.value.code == "odb-driver-missing"


def test_tls_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"missing\.crt"):
        Database("mysql+pymysql://user:word@host/name", tls=DatabaseTls(tmp_path / "missing.crt"))


def test_the_authority_that_a_mysql_url_names_goes_before_the_settings(tmp_path: Path) -> None:
    tls = DatabaseTls(CertificateAuthority(tmp_path).certificate)
    url = "mysql+pymysql://user:word@db.example.com/zato"
    assert "ssl" in connect_arguments(parse(url), tls)
    assert "ssl" not in connect_arguments(parse(f"{url}?ssl_ca=/a/ca.crt"), tls)


def test_oracle_over_tls_connects_by_tcps_and_verifies_the_name(tmp_path: Path) -> None:
    authority = CertificateAuthority(tmp_path)
    address = parse("oracle+oracledb://user:word@db.example:2484/?service_name=zato")
    arguments = connect_arguments(address, DatabaseTls(authority.certificate))
    assert arguments["dsn"] == "tcps://db.example:2484/zato"
    assert arguments["ssl_server_dn_match"] is True
    assert arguments["ssl_context"].check_hostname
    assert arguments["tcp_connect_timeout"] <= 3


def test_nobody_listening_is_unavailable_with_the_address(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="localhost:1/"):
        ConfigurationLog(Database("postgresql+psycopg2://user:word@localhost:1/name")).revision()
    with pytest.raises(Unavailable, match="localhost:1/"):
        ConfigurationLog(Database("mysql+pymysql://user:word@localhost:1/name")).revision()


def test_constructing_a_database_does_not_touch_it(tmp_path: Path) -> None:
    address = new_sqlite(tmp_path)
    address.open()
    assert list(tmp_path.iterdir()) == []


def test_it_may_be_made_before_a_fork_and_used_after_it(tmp_path: Path) -> None:
    database = initialised(new_sqlite(tmp_path)).open()
    child = os.fork()
    if child == 0:
        os._exit(0 if ConfigurationLog(database).revision() == 0 else 1)
    assert ConfigurationLog(database).revision() == 0
    assert os.waitpid(child, 0)[1] == 0


def test_using_it_on_both_sides_of_a_fork_is_an_error(sqlite_odb: Database) -> None:
    ConfigurationLog(sqlite_odb).revision()
    child = os.fork()
    if child == 0:
        try:
            ConfigurationLog(sqlite_odb).revision()
        except RuntimeError:
            os._exit(0)
        os._exit(1)
    assert os.waitpid(child, 0)[1] == 0


def test_alembic_is_not_imported_to_use_the_odb() -> None:
    program = (
        "import sys, zato.odb.audit, zato.odb.deployments, zato.odb.change_notifier, zato.odb.log, zato.odb.members; "
        "print([name for name in sys.modules if name.split('.')[0] in ('alembic', 'mako', 'psycopg2', 'pymysql')])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_file_that_was_put_in_the_place_of_an_sqlite_odb_is_the_one_that_is_used(tmp_path: Path) -> None:
    """As `mv` does it, with the log of the one before still beside it, which is not applied to another file."""
    ours, other = (initialised(DatabaseAddress(f"sqlite:///{tmp_path / name}")) for name in ("odb", "other"))
    database, log = ours.open(), ConfigurationLog(ours.open())
    append(log, "before")
    with ours.open().read() as held, database.read() as connection:  # so that its log stays
        assert held.exec_driver_sql("SELECT count(*) FROM zt_item").scalar() == 1
        assert connection.exec_driver_sql("SELECT count(*) FROM zt_item").scalar() == 1
        append(log, "more")
        assert (tmp_path / "odb-wal").stat().st_size > 0
        (tmp_path / "other").replace(tmp_path / "odb")
        assert log.position().revision == 0
        assert log.position().history.startswith("1/")
        append(log, "after")
        assert [item.name for item in log.items()] == ["after"]
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT name FROM zt_item").scalars().all() == ["after"]
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    assert database.generation == 1
    assert len(list(tmp_path.glob("odb-wal.left-*"))) == 1
    assert other.url.endswith("other")


def test_an_sqlite_odb_that_was_taken_away_is_not_made_anew(tmp_path: Path) -> None:
    address = initialised(DatabaseAddress(f"sqlite:///{tmp_path / 'odb'}"))
    database = address.open()
    with database.read() as connection:
        connection.exec_driver_sql("SELECT 1")
    (tmp_path / "odb").rename(tmp_path / "away")
    for opened in (database, address.open()):
        with pytest.raises(Unavailable, match="is not there"), opened.read():
            pass
    assert not (tmp_path / "odb").exists()
    (tmp_path / "away").rename(tmp_path / "odb")
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM zt_cluster").scalar() == 1
    assert database.generation == 0


def append(log: ConfigurationLog, name: str) -> None:
    log.append([ProposedChange("service", name, Action.CREATE, "{}")], principal="ann", cid="c", at=datetime.now(UTC))
