"""The ODB's certificate is verified beyond this machine, unless the URL says otherwise in so many words."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from support.certificates import CertificateAuthority
from support.databases import DatabaseServer, new_database
from zato.core.errors import Unavailable
from zato.odb.address import connect_arguments, parse
from zato.odb.database import Database
from zato.sql.verification import machines_authorities


def arguments(url: str) -> dict[str, Any]:
    return connect_arguments(parse(url), None)


@pytest.mark.parametrize(
    ("url", "mode"),
    [
        ("postgresql+psycopg2://db.example.com/zato", "verify-full"),
        ("postgresql+psycopg2://10.0.0.5/zato", "verify-full"),
        ("postgresql+psycopg2://localhost.example.com/zato", "verify-full"),
        ("postgresql+psycopg2:///zato?host=a.example,b.example", "verify-full"),
        ("postgresql+psycopg2://localhost/zato?hostaddr=10.0.0.5", "verify-full"),
        ("postgresql+psycopg2://localhost/zato", None),
        ("postgresql+psycopg2://[::1]/zato", None),
        ("postgresql+psycopg2:///zato?host=/run/postgresql", None),
        ("postgresql+psycopg2:///zato", None),
    ],
)
def test_postgresql_is_verified_beyond_this_machine(url: str, mode: str | None) -> None:
    found = arguments(url)
    assert found.get("sslmode") == mode
    assert found.get("sslrootcert") == (machines_authorities() if mode else None)


def test_what_the_url_says_about_tls_to_postgresql_is_done() -> None:
    url = "postgresql+psycopg2://db.example.com/zato"
    assert {"sslmode", "sslrootcert"} & set(arguments(f"{url}?sslmode=disable")) == set()
    # libpq would verify where it is given authorities, though it was told not to
    assert {"sslmode", "sslrootcert"} & set(arguments(f"{url}?sslmode=require")) == set()
    assert arguments(f"{url}?sslmode=verify-ca")["sslrootcert"] == machines_authorities()
    named = arguments("postgresql+psycopg2://localhost/zato?sslrootcert=/a/ca.crt")
    assert (named["sslmode"], "sslrootcert" in named) == ("verify-full", False)


@pytest.mark.parametrize(
    ("url", "verified"),
    [
        ("mysql+pymysql://db.example.com/zato", True),
        ("mariadb+pymysql://10.0.0.5/zato", True),
        ("mysql+pymysql://localhost/zato", False),
        ("mysql+pymysql:///zato?unix_socket=/run/mysqld/mysqld.sock", False),
        ("mysql+pymysql://db.example.com/zato?ssl_disabled=true", False),
        ("mysql+pymysql://db.example.com/zato?ssl_ca=/a/ca.crt", False),  # by the driver, with that
    ],
)
def test_mysql_is_verified_beyond_this_machine(url: str, verified: bool) -> None:
    context = arguments(url).get("ssl")
    assert (context is not None) == verified
    if context is not None:
        assert context.verify_mode is ssl.CERT_REQUIRED
        assert context.check_hostname


def test_a_certificate_of_this_side_does_not_make_mysql_trust_everybody(tmp_path: Path) -> None:
    pair = CertificateAuthority(tmp_path).issue("zato", ("localhost",))
    own = f"ssl_cert={pair.certificate}&ssl_key={pair.key}"
    context = arguments(f"mysql+pymysql://db.example.com/zato?{own}")["ssl"]
    assert context.verify_mode is ssl.CERT_REQUIRED


def test_a_database_by_its_name_is_not_used_without_its_authority_and_is_with_it(
    database_server: DatabaseServer,
) -> None:
    """Another word for this machine stands for the network: the servers listen on loopback only."""
    found = new_database(database_server)
    remote = make_url(found.url).set(host="127.1")
    url = remote.render_as_string(hide_password=False)
    with pytest.raises(Unavailable) as caught, Database(url).read():
        pass
    assert caught.value.code == "odb-not-verified"
    option = "sslrootcert" if remote.drivername.startswith("postgresql") else "ssl_ca"
    assert f"?{option}=/path/to/ca.crt" in caught.value.message
    assert "@127.1" in caught.value.message
    assert str(remote.password) not in caught.value.message
    with Database(f"{found.url}?{option}={found.ca}").read():
        pass
