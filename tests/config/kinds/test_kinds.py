"""What each kind accepts and refuses."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from zato.config import validation
from zato.config.codec import decode, decode_stored, encode
from zato.config.kinds import KINDS, kind_named, targets
from zato.core.errors import InvalidInput, NotFound

BASIC = {"username": "crm", "password": "a long password"}
API_KEY = {"key": "0123456789abcdef"}
REST = {"service": "a.b", "path": "/a"}
OUT = {"address": "https://crm.example.com/api"}
SQL = {"url": "postgresql+psycopg2://db.example.com/stock"}


def errors(kind: str, body: dict[str, Any], name: str = "x") -> list[str]:
    try:
        return validation.errors(kind, name, decode(kind, name, body))
    except InvalidInput as error:
        return list(error.details)


@pytest.mark.parametrize("kind", KINDS)
def test_the_example_of_every_kind_is_valid_and_survives_storing(kind: str) -> None:
    definition = KINDS[kind]
    body = dict(definition.example)
    for field in definition.generated_fields:
        body[field] = "generated-secret-0123456789"
    assert errors(kind, body, definition.example_name) == []
    value = decode(kind, "x", body)
    assert decode_stored(kind, "x", encode(kind, value)) == value


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_every_kind_has_a_description(kind: str) -> None:
    schema = msgspec.json.schema(KINDS[kind].struct)
    properties = schema["$defs"][KINDS[kind].struct.__name__]["properties"]
    assert [name for name, field in properties.items() if not field.get("description")] == []


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_kind_declares_about_fields_are_fields_it_has(kind: str) -> None:
    definition = KINDS[kind]
    assert definition.name == kind
    fields = set(definition.struct.__struct_fields__)
    declared = {reference.field for reference in definition.references}
    declared.update(definition.secret_fields, definition.hashed_fields, definition.multiline_fields)
    assert declared <= fields
    assert set(definition.hashed_fields) | set(definition.generated_fields) <= set(definition.secret_fields)
    assert all(target in KINDS for reference in definition.references for target in targets(reference))


def test_an_unknown_kind_is_named_with_the_nearest_there_is() -> None:
    with pytest.raises(NotFound, match="did you mean 'channel-rest'"):
        kind_named("chanel-rest")


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("channel-rest", {**REST, "path": "a"}, "path: it must start with '/'"),
        ("channel-rest", {**REST, "path": "/zato/api"}, "path: '/zato/' belongs to Zato"),
        ("channel-rest", {**REST, "path": "/zato"}, "path: '/zato/' belongs to Zato"),
        ("channel-rest", {**REST, "path": "//a"}, "path: it has an empty segment"),
        ("channel-rest", {**REST, "path": "/a/../b"}, "path: the segments '.' and '..'"),
        ("channel-rest", {**REST, "path": "/a?b=c"}, "path: segment 'a?b=c' has '?'"),
        ("channel-rest", {**REST, "path": "/a%2fb"}, "path: segment 'a%2fb' has '%'"),
        ("channel-rest", {**REST, "path": "/a/{id}/b/{id}"}, "path: the parameter {id} is there twice"),
        ("channel-rest", {**REST, "path": "/a/x{id}"}, "path: segment 'x{id}' has '{'"),
        ("channel-rest", {**REST, "path": "/a/{1d}"}, "path: segment '{1d}' has '{'"),
        ("channel-rest", {**REST, "path": "/a\r\nX: y"}, "path: character 3 is U+000D"),
        ("channel-rest", {**REST, "path": "/a\x00"}, "path: character 3 is U+0000"),
        ("channel-rest", {**REST, "path": "/a\ud800"}, "path: character 3 is U+D800"),
        ("channel-rest", {**REST, "service": "a\nb"}, "service: character 2 is U+000A"),
        ("channel-rest", {**REST, "service": ""}, "service: expected `str` of length >= 1"),
        ("channel-rest", {**REST, "methods": ["GET", "GET"]}, "methods: GET is there twice"),
        ("channel-rest", {**REST, "methods": []}, "methods: expected `array` of length >= 1"),
        (
            "channel-rest",
            {**REST, "methods": ["GET", "BREW"]},
            "methods[1]: expected one of 'DELETE', 'GET', 'OPTIONS', 'PATCH', 'POST', 'PUT'",
        ),
        ("channel-rest", {**REST, "security": ["a", "a"]}, "security: each definition"),
        ("channel-rest", {**REST, "security": ["a\r\nb"]}, "security: character 2 is U+000D"),
        ("channel-rest", {**REST, "active": "yes"}, "active: expected `bool`, got `str`"),
        ("channel-rest", {"path": "/a"}, "service: it is missing"),
        ("channel-rest", {**REST, "servce": "a"}, "servce: there is no such field; did you mean 'service'?"),
        ("channel-http", {**REST, "content_type": "text"}, "content_type: 'text' is not a media type"),
        ("channel-http", {**REST, "content_type": "text/plain\r\nX: y"}, "content_type: character 11 is U+000D"),
        ("security-basic", {**BASIC, "username": "a:b"}, "username: it must not have a colon"),
        ("security-basic", {**BASIC, "username": "a\nroot:x"}, "username: character 2 is U+000A"),
        ("security-basic", {**BASIC, "username": "#a"}, "username: it must not start with '#'"),
        ("security-basic", {**BASIC, "username": " a"}, "username: it must not start with '#', nor start or end"),
        ("security-basic", {**BASIC, "password": "é" * 37}, "password: it is longer than 72 bytes"),
        ("security-basic", {**BASIC, "password": "short"}, "password: expected `str` of length >= 8"),
        (
            "security-basic",
            {**BASIC, "roles": ["root"]},
            "roles[0]: expected one of 'viewer', 'operator', 'deployer', 'admin'",
        ),
        ("security-basic", {**BASIC, "roles": ["admin", "admin"]}, "roles: each role"),
        ("security-basic", {**BASIC, "expires": "2027-01-01T00:00:00"}, "expires: expected `datetime` with a timezone"),
        ("security-api-key", {**API_KEY, "header": "X Y"}, "header: 'X Y' is not a valid name"),
        ("security-api-key", {**API_KEY, "header": "X:"}, "header: 'X:' is not a valid name"),
        ("security-api-key", {**API_KEY, "header": "X\r\nY"}, "header: character 2 is U+000D"),
        ("security-api-key", {**API_KEY, "header": "X_Key"}, "header: headers with '_' are dropped"),
        ("security-api-key", {**API_KEY, "header": "x-zato-user"}, "header: x-zato-user belongs to Zato"),
        ("security-api-key", {**API_KEY, "header": "Transfer-Encoding"}, "header: Transfer-Encoding has a meaning"),
        ("security-api-key", {"key": "with a space 0123456"}, "key: it must have visible ASCII"),
        ("security-tls", {}, "fingerprint: give either"),
        ("security-tls", {"fingerprint": "a" * 64, "subject": "CN=a"}, "fingerprint: give either"),
        ("security-tls", {"fingerprint": "A" * 64}, "fingerprint: expected `str` matching regex"),
        ("security-tls", {"fingerprint": "a" * 64 + "\n"}, "fingerprint: character 65 is U+000A"),
        ("outgoing-rest", {"address": "ftp://a"}, "address: it must start with https://"),
        ("outgoing-rest", {"address": "https://"}, "address: the host is missing"),
        ("outgoing-rest", {"address": "https://u:p@a"}, "address: credentials do not belong here"),
        ("outgoing-rest", {"address": "https://a:99999"}, "address: it cannot be taken apart"),
        ("outgoing-rest", {"address": "https://a b/"}, "address: it has a space"),
        ("outgoing-rest", {"address": "https://a/?q"}, "address: it must not have a query"),
        ("outgoing-rest", {"address": "https://1.2.3"}, "address: '1.2.3' looks like an IP address"),
        ("outgoing-rest", {"address": "https://a\r\nHost: b"}, "address: character 10 is U+000D"),
        ("outgoing-rest", {**OUT, "security": "basic"}, "username: it is needed for the security 'basic'"),
        ("outgoing-rest", {**OUT, "security": "certificate"}, "client_key: it is needed"),
        ("outgoing-rest", {**OUT, "security": "bearer", "secret": "a\r\nb"}, "secret: character 2 is U+000D"),
        ("outgoing-rest", {**OUT, "secret": "é"}, "secret: it must have visible ASCII"),
        ("outgoing-rest", {**OUT, "ca_certificate": "hello"}, "ca_certificate: it is not one or more certificates"),
        ("outgoing-rest", {**OUT, "header": "Host"}, "header: Host has a meaning"),
        ("outgoing-rest", {**OUT, "ping_path": "//evil.example.com"}, "ping_path: it must start with one '/'"),
        ("outgoing-rest", {**OUT, "timeout_seconds": float("nan")}, "timeout_seconds: expected `float` > 0.0"),
        ("outgoing-rest", {**OUT, "timeout_seconds": float("inf")}, "timeout_seconds: expected `float` <= 3600.0"),
        ("outgoing-rest", {**OUT, "pool_size": 0}, "pool_size: expected `int` >= 1"),
        *(
            ("outgoing-sql", {"url": url, "strict_certificates": True}, "strict_certificates: there is no such choice")
            for url in ("postgresql+psycopg2://a/b", "sqlite:///stock.db", "oracle+cx_oracle://a/b")
        ),
        (
            "outgoing-sql",
            {"url": "oracle+oracledb://a/b", "strict_certificates": True},
            "ca_certificate: it is needed beside strict_certificates",
        ),
        ("outgoing-sql", {"url": "postgresql://a/b"}, "url: it must start with a database and its driver"),
        ("outgoing-sql", {"url": "mysql+pymysql://u:p@a/b"}, "url: credentials do not belong here"),
        (
            "outgoing-sql",
            {"url": "mysql+pymysql://a/b?password=x"},
            "url: the parameter 'password' looks like a secret",
        ),
        *(
            ("outgoing-sql", {"url": f"sqlite://{path}"}, "url: SQLite takes the name of a file")
            for path in (
                "",
                "/",
                "//etc/own.cfg",
                "//run/zato/server-1/draining",
                "/../pickup/a.py",
                "/a/b.db",
                "/..",
                "/.hidden",
                "/:memory:",
                "/file:x",
                "/%66ile:x",
                "/%2e%2e%2fx",
                "/%2fetc%2fx",
                "/a.db-wal",
                "/a.db-shm",
                "/a.db-journal",
                "/a%00b",
                "/" + "a" * 101,
                "host/a.db",
            )
        ),
        ("outgoing-sql", {"url": "sqlite:///a.db#x"}, "url: it must not have a fragment"),
        ("outgoing-sql", {"url": "postgresql+psycopg2://a:0/b"}, "url: 0 is not a port"),
        ("outgoing-sql", {"url": "postgresql+psycopg2://a:99999/b"}, "url: it cannot be taken apart as a URL"),
        ("outgoing-sql", {"url": "postgresql+psycopg2:///b"}, "url: the host is missing"),
        ("outgoing-rest", {"address": "https://a:0"}, "address: 0 is not a port"),
        ("outgoing-rest", {**OUT, "username": "a:b"}, "username: it must not have a colon"),
        ("outgoing-rest", {**OUT, "client_certificate": "x"}, "client_key: it is needed beside client_certificate"),
        ("outgoing-rest", {**OUT, "client_certificate": "x"}, "client_certificate: it is not one or more"),
        ("outgoing-rest", {**OUT, "client_key": "x"}, "client_certificate: it is needed beside client_key"),
        ("outgoing-rest", {"address": "http://a", "security": "certificate"}, "address: a client certificate needs"),
        ("outgoing-sql", {"url": "postgresql+psycopg2://a/b?host=/x,evil.example.com"}, "url: the parameter 'host' is"),
        ("outgoing-sql", {"url": "oracle+oracledb://a/b)(x=y"}, "url: the name of an Oracle database has letters"),
        ("outgoing-sql", {"url": "oracle+oracledb://a?service_name=(x=y)"}, "url: a service_name has letters"),
        ("outgoing-sql", {"url": "postgresql+psycopg2://a/b?host=evil"}, "url: the parameter 'host' is for the path"),
        ("outgoing-sql", {"url": "postgresql+psycopg2://a/b?host=/x&host=evil"}, "url: the parameter 'host' is for"),
        ("outgoing-sql", {**SQL, "password": "x"}, "username: it is needed beside password"),
        ("server", {"host": "a b"}, "name: it must be 'server-'"),
    ],
)
def test_what_is_wrong_is_refused_with_the_name_of_its_field(kind: str, body: dict[str, Any], expected: str) -> None:
    found = errors(kind, body)
    assert any(error.startswith(expected) for error in found), found


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("channel-rest", {**REST, "path": "/"}),
        ("channel-rest", {**REST, "path": "/customers/"}),
        ("channel-rest", {**REST, "path": "/zatoo/{a}/{b_1}"}),
        ("channel-rest", {**REST, "path": "/straße/a:b/~c"}),
        ("channel-http", {**REST, "content_type": 'multipart/mixed; boundary="a b"'}),
        ("security-basic", {**BASIC, "username": "Zoë", "expires": "2027-01-01T00:00:00+02:00"}),
        ("outgoing-rest", {"address": "http://[::1]:8080"}),
        ("outgoing-rest", {"address": "https://crm.example.com:8443/a%20b/"}),
        ("outgoing-sql", {"url": "sqlite:///stock_2.v1.db"}),
        ("outgoing-sql", {"url": "oracle+oracledb://db:1521/?service_name=x"}),
        ("outgoing-sql", {"url": "postgresql+psycopg2://db/x?sslmode=require&application_name=a"}),
        ("outgoing-sql", {"url": "postgresql+psycopg2://localhost/x?host=/run/postgresql"}),
        ("outgoing-sql", {"url": "mysql+pymysql://db/x?charset=latin1&ssl_disabled=true"}),
    ],
)
def test_what_is_right_is_accepted(kind: str, body: dict[str, Any]) -> None:
    assert errors(kind, body) == []


@pytest.mark.parametrize(
    ("url", "name"),
    [
        *(
            (f"{scheme}://db/x", name)
            for scheme in ("mysql+pymysql", "mariadb+pymysql")
            for name in (
                "local_infile",
                "LOCAL_INFILE",
                "read_default_file",
                "read_default_group",
                "client_flag",
                "host",
            )
        ),
        *(("mysql+pymysql://db/x", name) for name in ("ssl_ca", "ssl_key", "init_command", "plugin", "defer_connect")),
        *(
            ("postgresql+psycopg2://db/x", name)
            for name in ("service", "servicefile", "passfile", "sslkey", "sslcert", "sslrootcert", "hostaddr", "dsn")
        ),
        *(("oracle+oracledb://db/x", name) for name in ("config_dir", "wallet_location", "dsn", "thick_mode")),
        *(("sqlite:///x", name) for name in ("uri", "mode", "timeout", "vfs", "cache", "immutable")),
    ],
)
def test_a_parameter_that_lets_a_driver_do_things_on_this_machine_is_refused(url: str, name: str) -> None:
    (found,) = errors("outgoing-sql", {"url": f"{url}?{name}=1"})
    assert found.startswith(f"url: the parameter '{name}' is not one that a {url.partition('://')[0]} URL may have")


@pytest.mark.parametrize("name", ["", " a", "a ", "a\n", "-a", "a/b", "a" * 121, "ä", "a\x00", "../a"])
def test_a_name_that_could_break_something_is_refused(name: str) -> None:
    assert any(error.startswith("name: ") for error in errors("service", {}, name))


def test_all_errors_about_the_types_are_reported_together() -> None:
    found = errors("outgoing-rest", {"pool_size": "many", "retries": 99, "colour": "red"})
    assert {error.split(":")[0] for error in found} == {"address", "pool_size", "retries", "colour"}


def test_routes_collide_whatever_their_parameters_are_called_and_whatever_their_kind() -> None:
    first = decode("channel-rest", "x", {"service": "a", "path": "/a/{id}/b", "methods": ["GET", "PUT"]})
    second = decode("channel-http", "x", {"service": "a", "path": "/a/{key}/b", "methods": ["PUT"]})
    resting = decode("channel-http", "x", {"service": "a", "path": "/a/{key}/b", "active": False})
    taken = {key.parts for key in KINDS["channel-rest"].unique_keys("x", first)}
    assert {key.parts for key in KINDS["channel-http"].unique_keys("x", second)} <= taken
    assert KINDS["channel-http"].unique_keys("x", resting) == ()
