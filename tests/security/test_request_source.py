"""Where requests come from, and how many wrong passwords do."""

from __future__ import annotations

import ipaddress

import pytest

from zato.security.request_source import PERIOD_SECONDS, WrongPasswords, is_within, source_of


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("nonsense", "nonsense"),
    ],
)
def test_one_source_is_an_ipv4_address_or_an_ipv6_network_of_64_bits(address: str, source: str) -> None:
    assert source_of(address) == source


def test_an_address_is_within_a_network_however_it_is_written() -> None:
    networks = [ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("2001:db8::/32")]
    assert is_within("10.1.2.3", networks)
    assert is_within("::ffff:10.1.2.3", networks)
    assert is_within("2001:db8::1", networks)
    assert not is_within("11.1.2.3", networks)
    assert not is_within("", networks)


def test_wrong_passwords_are_counted_for_ten_seconds_from_the_first() -> None:
    wrong = WrongPasswords()
    for second in range(5):
        wrong.note("a", float(second))
    assert (wrong.count("a", 5.0), wrong.count("b", 5.0)) == (5, 0)
    assert wrong.seconds_left("a", 4.0) == PERIOD_SECONDS - 4
    assert wrong.count("a", PERIOD_SECONDS) == 0


def test_of_very_many_sources_the_latest_are_remembered() -> None:
    wrong = WrongPasswords()
    for number in range(10_001):
        wrong.note(str(number), 0.0)
    assert (wrong.count("0", 1.0), wrong.count("10000", 1.0)) == (0, 1)
    assert len(wrong._counts) == 10_000
