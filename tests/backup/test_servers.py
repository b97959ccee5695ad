"""ODBs on database servers: by their own programs, whose passwords nobody sees."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from backup.conftest import NOW, quiet
from backup.test_restoring import contents_of
from support.brokers import new_message
from support.databases import DatabaseServer, new_database
from support.ports import free_ports
from support.rabbitmq import RabbitMq
from support.scenarios.moving import fill
from support.waiting import until
from zato.backup.part import Place
from zato.backup.parts.odb import elsewhere
from zato.backup.restoring import restore
from zato.backup.saving import save
from zato.broker.rabbitmq.broker import RabbitMqBroker
from zato.core.errors import Conflict, InvalidInput, SetupError
from zato.host.layout import Layout
from zato.host.settings import ClusterSettings, load_cluster, write_cluster
from zato.odb.address import parse
from zato.odb.dumps.choosing import dump_of
from zato.odb.dumps.credentials import mysql_file, postgresql_files
from zato.odb.opening import open_odb
from zato.quickstart.create import create


def test_a_cluster_comes_back_in_an_empty_database(database_server: DatabaseServer, tmp_path: Path) -> None:
    address = new_database(database_server)
    with TemporaryDirectory(prefix="zato-") as short:
        layout, other = Layout(Path(short) / "z"), Layout(Path(short) / "y")
        create(layout, ClusterSettings(odb=address.url, odb_ca=str(address.ca)), {"workers": 1}, quiet)
        database = open_odb(load_cluster(layout))
        fill(database, items=20, revisions=10, deployments=3)
        database.dispose()
        file = tmp_path / "b"
        manifest = save(layout, file, NOW, quiet)
        assert manifest.counts["odb"]["items"] == 22
        assert bool(manifest.tables) is (manifest.database == "postgresql")
        before = contents_of(layout)

        with pytest.raises(Conflict, match="keeps the cluster 'zato'") as caught:
            restore(other, file, NOW, quiet)
        assert caught.value.code == "odb-not-empty"
        assert not other.root.exists()
        with pytest.raises(InvalidInput, match="zato odb move") as refused:
            restore(other, file, NOW, quiet, odb=f"sqlite:///{tmp_path / 'x'}")
        assert refused.value.code == "backup-other-database"

        empty = new_database(database_server)
        restore(other, file, NOW, quiet, odb=empty.url)
        assert load_cluster(other).odb == empty.url
        assert contents_of(other) == before
        restored = open_odb(load_cluster(other))
        fill(restored, items=0, revisions=0, deployments=2)  # numbered on
        restored.dispose()
        restore(other, file, NOW, quiet, odb=empty.url, replace=True)
        assert contents_of(other) == before


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
