"""TLS is verified beyond this machine unless the URL says otherwise, and the other way round with authorities."""

from __future__ import annotations

import socket
import ssl
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, event, make_url

from support.certificates import CertificateAuthority
from zato.config.kinds import OutgoingSql
from zato.connector.sql.arguments import arguments_for
from zato.connector.sql.outgoing import SqlConnection


@pytest.mark.parametrize(
    ("url", "verified"),
    [
        ("postgresql+psycopg2://db.example.com/a", True),
        ("postgresql+psycopg2://10.0.0.5/a", True),
        ("postgresql+psycopg2://localhost/a", False),
        ("postgresql+psycopg2://127.0.0.1/a", False),
        ("postgresql+psycopg2://[::1]/a", False),
        ("postgresql+psycopg2:///a?host=/run/postgresql", False),
        ("postgresql+psycopg2://db.example.com/a?sslmode=disable", False),
        ("postgresql+psycopg2:///a?host=db.example.com", True),
        ("postgresql+psycopg2://localhost.evil.example/a", True),
    ],
)
def test_postgresql(url: str, verified: bool) -> None:
    arguments = arguments_for(make_url(url), OutgoingSql(url=url))
    assert arguments.connect.get("sslmode") == ("verify-full" if verified else None)
    if verified:
        assert Path(arguments.connect["sslrootcert"]).is_file()


@pytest.mark.parametrize(
    ("url", "verified"),
    [
        ("mysql+pymysql://db.example.com/a", True),
        ("mariadb+pymysql://db.example.com/a", True),
        ("mysql+pymysql://localhost/a", False),
        ("mysql+pymysql:///a?unix_socket=/run/mysqld/mysqld.sock", False),
        ("mysql+pymysql://db.example.com/a?ssl_disabled=true", False),
    ],
)
def test_mysql(url: str, verified: bool) -> None:
    context = arguments_for(make_url(url), OutgoingSql(url=url)).connect.get("ssl")
    assert (context is not None) == verified
    if context is not None:
        assert context.verify_mode is ssl.CERT_REQUIRED
        assert context.check_hostname


@pytest.mark.parametrize("scheme", ["mysql+pymysql", "mariadb+pymysql"])
def test_a_mysql_server_gets_no_file_of_this_machine_whatever_the_url_says(scheme: str) -> None:
    url = make_url(f"{scheme}://db.example.com/a?local_infile=1")
    engine = create_engine(url, connect_args=arguments_for(url, OutgoingSql(url=str(url))).connect)
    _, from_url = engine.dialect.create_connect_args(url)
    assert from_url["local_infile"] is True
    given: dict[str, Any] = {}

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: object, _entry: object, _args: object, options: dict[str, Any]) -> None:
        given.update(options)
        raise ConnectionError

    with pytest.raises(ConnectionError):
        engine.connect()
    assert given["local_infile"] is False


def test_authorities_of_the_item_win_over_the_url_and_reach_libpq_without_a_file(tmp_path: Path) -> None:
    pem = CertificateAuthority(tmp_path).certificate.read_text()
    url = "postgresql+psycopg2://localhost/a?sslmode=disable"
    arguments = arguments_for(make_url(url), OutgoingSql(url=url, ca_certificate=pem))
    assert arguments.connect["sslmode"] == "verify-full"
    assert Path(arguments.connect["sslrootcert"]).read_text() == pem
    assert "memfd" in str(Path(arguments.connect["sslrootcert"]).readlink())
    arguments.close()
    assert not Path(arguments.connect["sslrootcert"]).exists()


def test_oracle_has_limits_and_the_items_authorities(tmp_path: Path) -> None:
    pem = CertificateAuthority(tmp_path).certificate.read_text()
    url = "oracle+oracledb://db.example.com/a"
    connect = arguments_for(make_url(url), OutgoingSql(url=url, ca_certificate=pem, timeout_seconds=3)).connect
    assert connect["tcp_connect_timeout"] == 3
    assert connect["ssl_context"].verify_mode is ssl.CERT_REQUIRED
    assert connect["dsn"].startswith("(DESCRIPTION=(ADDRESS=(PROTOCOL=tcps)(HOST=db.example.com)(PORT=2484))")


@pytest.mark.parametrize(("rest", "name"), [("/a", "SID=a"), ("?service_name=a.b", "SERVICE_NAME=a.b")])
def test_oracle_hears_nothing_but_tls_where_the_item_has_authorities(tmp_path: Path, rest: str, name: str) -> None:
    pem = CertificateAuthority(tmp_path).certificate.read_text()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"oracle+oracledb://127.0.0.1:{listener.getsockname()[1]}{rest}"
        value = OutgoingSql(url=url, username="stock", ca_certificate=pem, timeout_seconds=3)
        assert name in arguments_for(make_url(url), value).connect["dsn"]
        connection = SqlConnection("Stock", value, password="secret", sqlite_directory=tmp_path)
        caller = threading.Thread(target=connection.ping, args=("c1",))
        caller.start()
        accepted, _ = listener.accept()
        with accepted:
            accepted.settimeout(5)
            assert accepted.recv(3) == b"\x16\x03\x01"  # a handshake of TLS
        caller.join()
