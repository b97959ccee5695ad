"""ODBs on database servers: by their own programs, whose passwords nobody sees."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

import pymysql
import pytest
from msgspec.structs import replace
from sqlalchemy import Connection, exc

from backup.conftest import NOW, contents_of, quiet
from support.brokers import new_message
from support.databases import DatabaseServer, new_database
from support.ports import free_ports
from support.rabbitmq import RabbitMq
from support.scenarios.moving import fill
from support.waiting import until
from zato.backup.part import Place
from zato.backup.parts.odb import check, elsewhere
from zato.backup.restoring import restore
from zato.backup.saving import save
from zato.broker.rabbitmq.broker import RabbitMqBroker
from zato.core.errors import Conflict, InvalidInput, SetupError
from zato.core.message import Message
from zato.host.cluster_toml import write_cluster
from zato.host.layout import Layout
from zato.host.settings import ClusterSettings, load_cluster
from zato.odb.address import parse
from zato.odb.dumps.choosing import dump_of
from zato.odb.dumps.credentials import mysql_file, postgresql_files
from zato.odb.dumps.mysql_moment import facts_of_dump
from zato.odb.messages import Messages
from zato.odb.opening import open_odb
from zato.odb.write_freeze import frozen_tables
from zato.quickstart.create import create


def test_a_cluster_comes_back_in_an_empty_database(database_server: DatabaseServer, tmp_path: Path) -> None:
    address = new_database(database_server)
    with TemporaryDirectory(prefix="zato-") as short:
        layout, other = Layout(Path(short) / "z"), Layout(Path(short) / "y")
        authority = tmp_path / "authority.pem"
        authority.write_bytes(database_server.authority.certificate.read_bytes())
        create(layout, ClusterSettings(odb=address.url, odb_ca=str(authority)), {"workers": 1}, quiet)
        database = open_odb(load_cluster(layout))
        fill(database, items=20, revisions=10, deployments=3)
        database.dispose()
        file = tmp_path / "b"
        manifest = save(layout, file, NOW, quiet)
        before = contents_of(layout)
        authority.unlink()
        assert manifest.counts["odb"]["items"] == 23
        assert manifest.tables["zt_item"].rows == 23
        assert {table.name for table in frozen_tables()} == set(manifest.tables)

        with pytest.raises(Conflict, match="keeps the cluster 'zato'") as caught:
            restore(other, file, NOW, quiet)
        assert caught.value.code == "odb-not-empty"
        assert not other.root.exists()
        assert not authority.exists()
        with pytest.raises(InvalidInput, match="zato odb move") as refused:
            restore(other, file, NOW, quiet, odb=f"sqlite:///{tmp_path / 'x'}")
        assert refused.value.code == "backup-other-database"

        empty = new_database(database_server)
        restore(other, file, NOW, quiet, odb=empty.url)
        assert load_cluster(other).odb == empty.url
        assert authority.read_bytes() == database_server.authority.certificate.read_bytes()
        assert contents_of(other) == before
        restored = open_odb(load_cluster(other))
        fill(restored, items=0, revisions=0, deployments=2)  # numbered on
        restored.dispose()
        restore(other, file, NOW, quiet, odb=empty.url, replace=True)
        assert contents_of(other) == before


def test_hashes_are_of_the_moment_of_the_dump_while_everything_changes(
    database_server: DatabaseServer, tmp_path: Path
) -> None:
    address = new_database(database_server)
    with TemporaryDirectory(prefix="zato-") as short:
        layout = Layout(Path(short) / "z")
        create(layout, ClusterSettings(odb=address.url, odb_ca=str(address.ca)), {"workers": 1}, quiet)
        ended = threading.Event()
        with ThreadPoolExecutor(1) as writer:
            written = writer.submit(_keep_sending, load_cluster(layout), ended)
            try:
                manifests = [save(layout, tmp_path / str(number), NOW, quiet) for number in range(3)]
            finally:
                ended.set()
        counts = [each.counts["odb"]["messages"] for each in manifests]
        assert 0 < counts[0] < counts[1] < counts[2] <= written.result()
        for number in range(3):
            other, empty = Layout(Path(short) / str(number)), new_database(database_server)
            restore(other, tmp_path / str(number), NOW, quiet, odb=empty.url)

        # One table that is not as the backup says is named
        said = manifests[0].tables["zt_message"]
        wrong = replace(manifests[0], tables={"zt_message": replace(said, rows=said.rows + 1)})
        place = Place(other, load_cluster(other), (1,), None)
        with pytest.raises(InvalidInput, match="in zt_message") as caught:
            check(open_odb(place.cluster), wrong)
        assert caught.value.code == "backup-invalid"


def _keep_sending(cluster: ClusterSettings, ended: threading.Event) -> int:
    """Messages, one after the other; how many."""
    database, sent = open_odb(cluster), 0
    try:
        messages = Messages(database)
        while not ended.is_set():
            messages.add(Message(id=f"m{sent}", service="a.b", payload="{}", cid="c", sent=NOW, principal="ann"), NOW)
            sent += 1
    finally:
        database.dispose()
    return sent


class _Denied:
    """A connection of somebody who may not lock tables."""

    def exec_driver_sql(self, statement: str) -> None:
        if statement.startswith("LOCK TABLES"):
            refused = pymysql.err.OperationalError(1044, "Access denied for user 'zato'@'%' to database 'zato'")
            raise exc.OperationalError(statement, None, refused)


def test_who_may_not_lock_tables_is_told_what_to_ask_for(tmp_path: Path) -> None:
    connection = cast(Connection, _Denied())
    with pytest.raises(SetupError, match="GRANT LOCK TABLES") as caught:
        facts_of_dump(connection, connection, ["zt_item"], tmp_path / "odb.sql", lambda: pytest.fail("It was begun."))
    assert caught.value.code == "odb-lock-denied"


def test_what_a_database_refuses_is_said_in_its_words(database_server: DatabaseServer, tmp_path: Path) -> None:
    address = new_database(database_server)
    with TemporaryDirectory(prefix="zato-") as short:
        layout = Layout(Path(short) / "z")
        create(layout, ClusterSettings(odb=address.url, odb_ca=str(address.ca)), {"workers": 1}, quiet)
        cluster = load_cluster(layout)
        wrong = parse(address.url).url.set(password="another-secret").render_as_string(hide_password=False)
        database = open_odb(cluster)
        dump = dump_of(ClusterSettings(odb=wrong, odb_ca=str(address.ca)), database, None)
        with pytest.raises(Exception, match="dump failed: ") as caught:
            dump.save(tmp_path)
        assert "another-secret" not in str(caught.value)
        database.dispose()


def test_oracle_is_refused_with_what_to_use_instead(tmp_path: Path, layout: Layout) -> None:
    oracle = Layout(tmp_path)
    write_cluster(oracle, ClusterSettings(odb="oracle+oracledb://zato:secret@127.0.0.1:1/?service_name=x"))
    with pytest.raises(SetupError, match="expdp") as caught:
        save(oracle, tmp_path / "b", NOW, quiet)
    assert caught.value.code == "backup-oracle"
    assert "secret@" not in caught.value.message
    assert sorted(path.name for path in tmp_path.iterdir()) == ["zato.toml"]


def test_postgresql_reads_the_password_from_a_file_of_its_own() -> None:
    address = parse("postgresql+psycopg2://ann:a:b%5C%20c@db.example.com:5433/zato?sslmode=verify-full&options=-cx%3Dy")
    service, password = postgresql_files(address, None, "/private/password")
    lines = service.splitlines()
    assert lines[0] == "[zato]"
    assert {"host=db.example.com", "port=5433", "user=ann", "dbname=zato", "sslmode=verify-full"} <= set(lines)
    assert "options=-cx=y" in lines
    assert "passfile=/private/password" in lines
    assert not any("statement_timeout" in line for line in lines)
    assert password == "*:*:*:*:a\\:b\\\\ c\n"


def test_mariadb_reads_everything_from_a_file() -> None:
    address = parse("mysql+pymysql://ann:a%22b%5Cc@127.0.0.1/zato?ssl_ca=/ca.crt")
    text = mysql_file(address, None, None)
    assert text.splitlines()[0] == "[client]"
    assert 'password="a\\"b\\\\c"' in text
    assert 'ssl-ca="/ca.crt"' in text
    assert "ssl-verify-server-cert" in text


def test_messages_that_rabbitmq_keeps_are_counted_and_named(rabbitmq: RabbitMq, tmp_path: Path) -> None:
    rabbitmq.empty()
    (tmp_path / "pki").symlink_to(rabbitmq.pki.directory)
    place = Place(Layout(tmp_path), ClusterSettings(broker=rabbitmq.url), (1,), None)
    sender = RabbitMqBroker.of_server(rabbitmq.url, rabbitmq.pki.directory, 1, "a-test")
    sender.start()
    try:
        for _ in range(3):
            sender.send(new_message())
        until(lambda: sender.counts().waiting == 3)
        (said,) = elsewhere(place)
        assert said == f"3 messages and 0 dead letters that {sender.label} keeps"
    finally:
        sender.stop()
        rabbitmq.empty()


def test_a_rabbitmq_that_is_away_keeps_no_backup_from_being_made(layout: Layout) -> None:
    (port,) = free_ports(1)
    (said,) = elsewhere(Place(layout, ClusterSettings(broker=f"amqps://127.0.0.1:{port}/zato"), (1,), None))
    assert "could not be counted" in said
    assert elsewhere(Place(layout, ClusterSettings(), (1,), None)) == ()
