"""What kinds accept and refuse of browsers' pages, networks, hosts and packages; and which of their items collide."""

from __future__ import annotations

from typing import Any

import pytest

from zato.config import validation
from zato.config.codec import decode
from zato.config.kinds import KINDS
from zato.core.errors import InvalidInput

REST = {"service": "a.b", "path": "/a"}
SHOP = "https://shop.example.com"
HASH = "--hash=sha256:" + "0" * 64


def errors(kind: str, body: dict[str, Any], name: str) -> list[str]:
    try:
        return validation.errors(kind, name, decode(kind, name, body))
    except InvalidInput as error:
        return list(error.details)


@pytest.mark.parametrize(
    "origins",
    [[SHOP], [SHOP, "http://localhost:8080"], ["*"], ["https://[::1]:8443"], ["https://a"], ["https://192.0.2.1"]],
    ids=str,
)
def test_pages_of_these_origins_may_be_let_in(origins: list[str]) -> None:
    assert errors("channel-rest", {**REST, "cors_origins": origins}, "x") == []


NO_ORIGINS = [
    *("shop.example.com", SHOP + "/", SHOP + "/path", "https://Shop.example.com", "ftp://a", "null", "https://a b"),
    *("https://", "https://-a", "https://a-", "https://*.example.com", "https://a:123456", "https://a:", "**"),
    "https://u@a",
]


@pytest.mark.parametrize("origin", NO_ORIGINS)
def test_what_no_browser_sends_as_an_origin_is_refused(origin: str) -> None:
    (found,) = errors("channel-rest", {**REST, "cors_origins": [SHOP, origin]}, "x")
    assert found.startswith(f"cors_origins: {origin!r} is no origin")


def test_all_origins_are_named_alone_and_never_with_credentials() -> None:
    (found,) = errors("channel-http", {**REST, "cors_origins": ["*", SHOP]}, "x")
    assert found == "cors_origins: '*' stands for all origins; leave the others out"
    (found,) = errors("channel-http", {**REST, "cors_origins": ["*"], "cors_credentials": True}, "x")
    assert found.startswith("cors_credentials: with '*' any page could act in the name of whoever looks at it")
    assert errors("channel-http", {**REST, "cors_origins": [SHOP], "cors_credentials": True}, "x") == []


@pytest.mark.parametrize("field", ["cors_headers", "cors_expose_headers"])
def test_headers_that_pages_send_and_read_have_names_of_headers(field: str) -> None:
    assert errors("channel-rest", {**REST, field: ["Content-Type", "X-Total"]}, "x") == []
    for wrong in ("X Y", "", "Host", "X:"):
        assert [found.split(":")[0] for found in errors("channel-rest", {**REST, field: ["X-A", wrong]}, "x")] == [
            field
        ]


@pytest.mark.parametrize("max_age", [-1, 86_401])
def test_a_browser_asks_again_once_a_day_at_least(max_age: int) -> None:
    assert errors("channel-rest", {**REST, "cors_max_age_seconds": max_age}, "x")


@pytest.mark.parametrize("network", ["10.0.0.0/8", "192.0.2.1", "2001:db8::/32", "::1"])
def test_a_network_can_be_exempt(network: str) -> None:
    assert errors("balancer", {"exempt_networks": [network]}, "balancer") == []


@pytest.mark.parametrize("network", ["10.0.0.1/8", "10.0.0.0/33", "localhost", "", "10.0.0", "2001:db8::1/32"])
def test_what_is_no_network_is_named(network: str) -> None:
    (found,) = errors("balancer", {"exempt_networks": ["10.0.0.0/8", network]}, "balancer")
    assert found.startswith(f"exempt_networks: {network!r} is no address and no network")


def test_there_is_one_balancer_and_its_limits_have_limits() -> None:
    assert errors("balancer", {}, "another")
    for field, value in (
        ("client_idle_seconds", 30.1),
        ("check_failures", 0),
        ("requests_max", 0),
        ("head_seconds", 0),
    ):
        assert [found.split(":")[0] for found in errors("balancer", {field: value}, "balancer")] == [field]


@pytest.mark.parametrize("host", ["a" * 63, ".".join(["a" * 49] * 5), "192.0.2.1", "::1", "my_host", "host."])
def test_a_server_has_the_name_or_address_of_a_machine(host: str) -> None:
    assert errors("server", {"host": host}, "server-1") == []


@pytest.mark.parametrize(
    "host", ["a" * 64, ".".join(["a" * 50] * 5), "a b", "-a", "1.2.3", "[::1]", "a..b", "", "a:80"]
)
def test_what_is_no_host_is_refused(host: str) -> None:
    assert [found.split(":")[0] for found in errors("server", {"host": host}, "server-1")] == ["host"]


@pytest.mark.parametrize("name", ["server-0", "server-01", "server-", "server-a", "Server-1"])
def test_a_server_is_named_after_its_number(name: str) -> None:
    assert any(found.startswith("name: ") for found in errors("server", {}, name))


@pytest.mark.parametrize("text", ["https://a/<b>", "https://a/b|c", "https://a/b^c", "https://a/%2", "https://a/{1}"])
def test_an_address_has_what_a_url_may_have(text: str) -> None:
    (found,) = errors("outgoing-rest", {"address": text}, "x")
    assert found.startswith("address: ")
    assert "URL" in found or "hexadecimal" in found


def test_packages_have_hashes_where_they_are_asked_for() -> None:
    body = {"requirements": f"a==1 {HASH}\nb==2\n", "resolved": [f"a==1 {HASH}", "c==3"]}
    assert errors("packages", body, "packages") == []
    found = errors("packages", {**body, "require_hashes": True}, "packages")
    assert found == ["requirements: b has no hash", "resolved: c has no hash"]
    assert errors("packages", {"requirements": "-e ."}, "packages")[0].startswith("requirements: ")


def taken(kind: str, name: str, body: dict[str, Any]) -> set[tuple[str, ...]]:
    return {key.parts for key in KINDS[kind].unique_keys(name, decode(kind, name, body))}


def test_security_definitions_share_their_names_and_what_tells_clients_apart_is_theirs_alone() -> None:
    basic = taken("security-basic", "jane", {"username": "j", "password": "12345678"})
    key = taken("security-api-key", "jane", {"key": "0123456789abcdef"})
    by_subject = taken("security-tls", "jane", {"subject": "CN=jane"})
    assert basic & key & by_subject == {("security", "jane")}
    assert taken("security-basic", "joe", {"username": "j", "password": "12345678"}) & basic
    assert taken("security-tls", "joe", {"subject": "CN=jane"}) & by_subject
    assert not taken("security-tls", "joe", {"fingerprint": "a" * 64}) & by_subject
    assert taken("security-tls", "a", {"fingerprint": "a" * 64}) & taken("security-tls", "b", {"fingerprint": "a" * 64})


@pytest.mark.parametrize(
    "subject",
    ["partner", " CN=partner", "CN=partner ", "CN=" + "x" * 200, "C=a"],
    ids=["no", "before", "after", "long", "short"],
)
def test_a_subject_is_a_whole_one(subject: str) -> None:
    assert any(found.startswith("subject: ") for found in errors("security-tls", {"subject": subject}, "x"))
