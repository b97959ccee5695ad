"""Which names and addresses a machine that joins may have in its certificates."""

from __future__ import annotations

import pytest

from zato.cluster.signing.hosts import PROGRAM_NAME, is_loopback, own_hosts
from zato.core.errors import InvalidInput

MEMBERS = {"one.example.com": 1, "192.0.2.1": 1, "Two.example.com.": 2, "2001:db8::2": 2}
HOLDERS = {
    "db.example.com": "postgresql",
    "*.apps.example.com": "partner",
    "localhost": "server-1",
    "three.example.com": "server-3",
    "mq.example.com": "rabbitmq",
}


def refusal(*hosts: str) -> InvalidInput:
    with pytest.raises(InvalidInput) as refused:
        own_hosts(hosts, MEMBERS, HOLDERS)
    return refused.value


@pytest.mark.parametrize(
    ("hosts", "own"),
    [
        (["four.example.com"], ("four.example.com",)),
        (["Four.Example.COM", "four.example.com"], ("four.example.com",)),
        (["127.0.0.1", "localhost", "four.example.com", "::1", "A.LocalHost"], ("four.example.com",)),
        (["192.0.2.4", "::ffff:192.0.2.4", "2001:DB8:0::4", "fe80::4%eth0"], ("192.0.2.4", "2001:db8::4", "fe80::4")),
        (["deep.below.apps.example.com"], ("deep.below.apps.example.com",)),
        (["other.db.example.com"], ("other.db.example.com",)),
    ],
)
def test_what_a_machine_asks_for_is_its_own_once_and_without_loopback(hosts: list[str], own: tuple[str, ...]) -> None:
    assert own_hosts(hosts, MEMBERS, HOLDERS) == own


@pytest.mark.parametrize(
    "host", ["one.example.com", "ONE.example.com", "two.example.com", "192.0.2.1", "2001:db8:0::2"]
)
def test_the_name_of_another_server_is_not_to_be_had_in_any_spelling(host: str) -> None:
    refused = refusal("four.example.com", host)
    assert refused.code == "host-taken"
    assert "--replace" in refused.message


def test_the_name_that_another_part_of_the_cluster_has_a_certificate_for_is_not_to_be_had() -> None:
    refused = refusal("three.example.com")
    assert (refused.code, "the certificate server-3 is for it" in refused.message) == ("host-taken", True)


@pytest.mark.parametrize(
    ("host", "holder"),
    [("db.example.com", "postgresql"), ("any.apps.example.com", "partner"), ("mq.example.com", "rabbitmq")],
)
def test_the_name_of_a_program_beside_the_cluster_is_not_to_be_had_until_its_certificate_is_removed(
    host: str, holder: str
) -> None:
    refused = refusal(host)
    assert refused.code == PROGRAM_NAME
    assert refused.message.endswith(f"zato pki remove {holder}")


@pytest.mark.parametrize("host", ["server-1", "SERVER-12", "ca", "haproxy", "lighttpd-agent-3", "rabbitmq"])
def test_components_know_each_other_by_names_that_no_machine_may_have(host: str) -> None:
    assert refusal(host).code == "component-name"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "224.0.0.1", "ff02::1", "255.255.255.255", "*.example.com"])
def test_a_name_of_more_than_one_machine_is_refused(host: str) -> None:
    assert "of no machine alone" in refusal(host).message


@pytest.mark.parametrize("hosts", [["localhost"], ["127.0.0.2", "::1"], ["::ffff:127.0.0.1"]])
def test_a_machine_needs_a_name_beside_loopback(hosts: list[str]) -> None:
    assert "that is not loopback" in refusal(*hosts).message


def test_there_are_one_to_ten_of_them_and_each_is_one() -> None:
    assert "needs one to 10" in refusal().message
    assert "needs one to 10" in refusal(*(f"host-{number}" for number in range(11))).message
    assert len(own_hosts([f"host-{number}" for number in range(10)], {}, {})) == 10
    assert "neither a host name nor an IP address" in refusal("a b").message


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("LOCALHOST", True),
        ("a.localhost", True),
        ("ip6-localhost", True),
        ("128.0.0.1", False),
        ("localhost.example.com", False),
        ("notlocalhost", False),
    ],
)
def test_what_every_machine_calls_itself(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback
