"""Preparing and upgrading an ODB, on every database."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from support.databases import DatabaseAddress, new_sqlite
from zato.core.errors import SetupError, Unavailable
from zato.odb import migrate, tables
from zato.odb.database import Database
from zato.odb.log import ConfigurationLog


def test_the_version_that_is_needed_is_the_one_that_alembic_leads_to(odb: DatabaseAddress) -> None:
    script = ScriptDirectory(str(Path(migrate.__file__).parent / "migrations"))
    assert migrate.head_version() == script.get_current_head()
    database = odb.open()
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": "zt_version"})
        assert migrate.current_version(database) == context.get_current_revision() == migrate.head_version()


def test_where_there_is_nothing_to_migrate_alembic_is_not_even_imported(tmp_path: Path) -> None:
    url = new_sqlite(tmp_path).url
    migrate.init(Database(url), "zato")
    code = (
        "import sys; from zato.odb import migrate; from zato.odb.database import Database; "
        "database = Database(sys.argv[1]); migrate.init(database, 'zato'); migrate.require_current(database); "
        "assert not any(name.startswith('alembic') for name in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code, url], check=True)


def test_the_migrations_lead_to_exactly_the_tables_that_the_code_uses(odb: DatabaseAddress) -> None:
    database = odb.open()
    with database.read() as connection:
        options = {
            "version_table": "zt_version",
            "compare_type": True,
            "include_name": lambda name, _kind, _parents: name != "zt_migration_lock",  # only there on Oracle
        }
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, tables.metadata) == []
        inspector = inspect(connection)
        for table in tables.metadata.tables.values():
            keys = {constraint["name"] for constraint in inspector.get_unique_constraints(table.name)}
            keys |= {constraint["name"] for constraint in inspector.get_foreign_keys(table.name)}
            expected = {constraint.name for constraint in table.constraints if constraint is not table.primary_key}
            assert keys == expected
            primary = inspector.get_pk_constraint(table.name)["constrained_columns"]
            assert primary == [column.name for column in table.primary_key.columns]
    database.dispose()


def test_preparing_twice_changes_nothing(odb: DatabaseAddress) -> None:
    database = odb.open()
    migrate.init(database, "zato")
    migrate.upgrade(database)
    migrate.require_current(database)
    assert migrate.current_version(database) == migrate.head_version() == "0014"
    assert ConfigurationLog(database).cluster_id == 1
    database.dispose()


def test_an_odb_of_another_cluster_is_refused(odb: DatabaseAddress) -> None:
    database = odb.open()
    with pytest.raises(SetupError, match="keeps the cluster 'zato' already") as caught:
        migrate.init(database, "other")
    assert caught.value.code == "odb-other-cluster"
    database.dispose()


def test_an_odb_that_a_cluster_has_lost_is_not_made_again(empty_database: DatabaseAddress) -> None:
    database = empty_database.open()
    with pytest.raises(Unavailable, match="zato restore FILE") as caught:
        migrate.upgrade_existing(database, "zato")
    assert caught.value.code == "odb-not-initialised"
    with pytest.raises(Unavailable, match="zato odb init"):
        ConfigurationLog(database).position()
    if database.file is not None:
        assert str(database.file) in caught.value.message
        assert not Path(database.file).exists()
        Path(database.file).touch()  # what a full disk, or a copy that broke off, leaves
        with pytest.raises(Unavailable, match="has nothing of the cluster in it"):
            migrate.upgrade_existing(database, "zato")
        with pytest.raises(Unavailable, match="has nothing of the cluster in it"):
            ConfigurationLog(database).position()
    with database.read() as connection:
        assert inspect(connection).get_table_names() == []
    # Tables alone are no cluster
    migrate.upgrade(database)
    with pytest.raises(Unavailable) as caught:
        migrate.upgrade_existing(database, "zato")
    assert caught.value.code == "odb-not-initialised"
    database.dispose()


def test_an_existing_odb_of_an_older_release_is_brought_up_to_date_and_another_cluster_s_is_not(
    odb: DatabaseAddress,
) -> None:
    database = odb.open()
    with database.write() as connection:
        connection.execute(text("UPDATE zt_version SET version_num = '0007'"))
        connection.execute(text("DROP TABLE zt_package_report"))
    with pytest.raises(SetupError, match="keeps the cluster 'zato' already") as caught:
        migrate.upgrade_existing(database, "other")
    assert caught.value.code == "odb-other-cluster"
    assert migrate.current_version(database) == "0007"
    migrate.upgrade_existing(database, "zato")
    assert migrate.current_version(database) == migrate.head_version()
    database.dispose()


def test_an_empty_odb_is_told_from_one_of_another_version(empty_database: DatabaseAddress) -> None:
    database = empty_database.open()
    assert migrate.current_version(database) is None
    with pytest.raises(Unavailable, match="zato odb init"):
        migrate.require_current(database)
    migrate.init(database, "zato")
    with database.write() as connection:
        connection.execute(text("UPDATE zt_version SET version_num = '0000'"))
    with pytest.raises(SetupError, match="is at version 0000 and this release needs 0014") as caught:
        migrate.require_current(database)
    assert caught.value.code == "odb-version"
    database.dispose()


def test_a_migration_that_broke_off_is_completed_by_the_next_attempt(odb: DatabaseAddress) -> None:
    """What MySQL and Oracle leave behind, as they commit after each statement."""
    database = odb.open()
    with database.maintenance() as connection, connection.begin():
        connection.execute(text("DELETE FROM zt_version"))
        for table in ("zt_deployment_report", "zt_deployment_source"):
            connection.execute(text(f"DROP TABLE {table}"))
    migrate.init(database, "zato")
    migrate.require_current(database)
    with database.read() as connection:
        assert set(inspect(connection).get_table_names()) >= set(tables.metadata.tables)
    database.dispose()


def test_only_its_owner_may_read_the_file(tmp_path: Path) -> None:
    database = new_sqlite(tmp_path).open()
    migrate.init(database, "zato")
    log = ConfigurationLog(database)
    assert log.revision() == 0
    modes = {path.name.rpartition(".")[2]: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {"sqlite": 0o600, "sqlite-wal": 0o600, "sqlite-shm": 0o600}
    database.dispose()


def test_a_directory_that_is_missing_is_named(tmp_path: Path) -> None:
    database = new_sqlite(tmp_path / "missing").open()
    with pytest.raises(SetupError, match="missing/odb"):
        migrate.init(database, "zato")


def test_an_odb_that_a_later_release_has_changed_is_used_and_left_as_it_is(odb: DatabaseAddress) -> None:
    database = odb.open()
    with database.write() as connection:
        connection.execute(text("UPDATE zt_version SET version_num = '9999'"))
    migrate.init(database, "zato")
    migrate.upgrade(database)
    migrate.require_current(database)
    assert migrate.current_version(database) == "9999"
    database.dispose()


def test_a_migration_that_fails_is_undone_where_the_database_can_and_says_which_it_was(
    odb: DatabaseAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = odb.open()
    with database.write() as connection:
        connection.execute(text("UPDATE zt_version SET version_num = '0001'"))
        connection.execute(text("DROP TABLE zt_staging_report"))

    def fail(*_: object) -> None:
        raise RuntimeError("no luck")

    with monkeypatch.context() as patched:
        # When the tables are made, and the version is to be written
        patched.setattr("alembic.runtime.migration.HeadMaintainer.update_to_step", fail)
        with pytest.raises(SetupError, match=r"from version 0001 to 0014 failed.*no luck") as caught:
            migrate.upgrade(database)
    assert caught.value.code == "odb-migration-failed"
    assert migrate.current_version(database) == "0001"
    with database.read() as connection:
        undone = not inspect(connection).has_table("zt_staging_report")
    assert undone is (database.dialect != "mysql")
    migrate.upgrade(database)
    assert migrate.current_version(database) == migrate.head_version()
    database.dispose()
