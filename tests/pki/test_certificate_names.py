"""What a certificate can be called, and which hosts it can be for."""

from __future__ import annotations

import ipaddress

import pytest
from cryptography import x509

from zato.core.errors import InvalidInput
from zato.pki.certificate_names import COMPONENT_NAMES, check_host, checked_name, general_name, is_host, is_name


@pytest.mark.parametrize("name", ["a", "7", "partner-1", "A.b_c", "x" * 64])
def test_a_name_is_that_of_a_file_and_a_common_name(name: str) -> None:
    assert checked_name(name) == name


@pytest.mark.parametrize("name", ["", "-a", ".a", "_a", "a b", "a/b", "../a", "x" * 65, "é", "a\n", "CN=a"])
def test_what_could_be_a_path_or_another_subject_is_no_name(name: str) -> None:
    assert not is_name(name)
    with pytest.raises(InvalidInput, match="cannot be the name of a certificate"):
        checked_name(name)


@pytest.mark.parametrize(
    "host",
    ["a", "db.example.com", "*.example.com", "1a.example.com", "192.0.2.1", "::1", "a-b.c", "x" * 63, "1.2.3.a4"],
)
def test_a_host_is_a_name_a_wildcard_or_an_address(host: str) -> None:
    assert is_host(host)
    check_host(host)


@pytest.mark.parametrize(
    "host",
    [
        *("", "-a", "a-", "a..b", "a.", ".a", "a b", "a_b", "*", "*a.example.com", "a.*.com", "x" * 64, "a\n", "é.com"),
        *("127.1", "0x7f.1", "2130706433", "1.2.3.4.5", "a.0x", "256.1.1.1", ".".join(["abcdefghi"] * 26)),
    ],
)
def test_what_programs_could_take_for_another_host_is_none(host: str) -> None:
    assert not is_host(host)
    with pytest.raises(InvalidInput, match="neither a host name nor an IP address"):
        general_name(host)


def test_a_certificate_has_addresses_as_addresses() -> None:
    assert general_name("192.0.2.1") == x509.IPAddress(ipaddress.ip_address("192.0.2.1"))
    assert general_name("*.example.com") == x509.DNSName("*.example.com")


def test_components_have_names_that_no_client_has() -> None:
    for name in ("ca", "haproxy", "haproxy-client", "haproxy-agent", "lighttpd-1", "lighttpd-agent-12", "server-3"):
        assert COMPONENT_NAMES.fullmatch(name), name
    for name in ("server-", "server-a", "servers-1", "cab", "haproxy2", "lighttpd", "x-server-1"):
        assert not COMPONENT_NAMES.fullmatch(name), name
