"""Which names and addresses the signer puts into certificates."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.signing import HOSTS, joined, leaf_of, requests_of
from zato.cluster.signing.requests import new_key_pairs
from zato.cluster.signing.signer import Signer
from zato.core.errors import InvalidInput, NotFound, SetupError
from zato.pki.authority import Authority, Usage
from zato.pki.certificates import hosts_of


@pytest.mark.parametrize(
    "hosts",
    [("first.example.com",), ("FIRST.example.com",), ("*.example.com",), ("localhost",), ("a b",), (), ("x",) * 11],
)
def test_nobody_gets_a_certificate_for_the_balancers_name_for_all_names_or_for_none(
    signer: Signer, hosts: tuple[str, ...]
) -> None:
    with pytest.raises(InvalidInput):
        joined(signer, new_key_pairs(), hosts)


def test_nobody_gets_a_certificate_for_another_servers_machine(signer: Signer) -> None:
    joined(signer, new_key_pairs())
    with pytest.raises(InvalidInput, match="another machine"):
        joined(signer, new_key_pairs(), ("10.0.0.3", "second.example.com"))


@pytest.mark.parametrize("host", ["fd00:0::2", "FD00::2", "fd00::2%eth0", "::ffff:10.0.0.2", "Second.Example.com"])
def test_another_way_to_write_a_name_or_an_address_is_not_another_one(signer: Signer, host: str) -> None:
    joined(signer, new_key_pairs(), ("fd00::2", *HOSTS))
    with pytest.raises(InvalidInput, match="server 2") as refused:
        joined(signer, new_key_pairs(), ("10.0.0.3", host))
    assert refused.value.code == "host-taken"


def test_addresses_stand_in_certificates_and_in_the_register_as_everybody_writes_them(signer: Signer) -> None:
    signed = joined(signer, new_key_pairs(), ("fd00:0::2", "fd00::2%eth0", "0:0:0::1"))
    assert set(hosts_of(leaf_of(signed, "lighttpd"))) == {"fd00::2", "lighttpd-2", "localhost", "127.0.0.1", "::1"}
    assert signer.registered().servers[0].hosts == ("fd00::2",)


@pytest.mark.parametrize("host", ["lighttpd-1", "LIGHTTPD-1", "lighttpd-2", "lighttpd-agent-1", "haproxy", "rabbitmq"])
def test_nobody_gets_a_certificate_that_passes_as_a_component(signer: Signer, host: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        joined(signer, new_key_pairs(), ("10.0.0.3", host))
    assert refused.value.code == "component-name"


@pytest.fixture
def programs(signer: Signer, tmp_path: Path) -> Path:
    """The CA's directory; its programs' certificates were moved to where those run, but for one."""
    authority = Authority(tmp_path / "pki")
    authority.issue_server("db-1", hosts=("db-1.example.com", "10.0.0.7", "fd00::7", "*.db.example.com"))
    authority.issue_server("queue", hosts=("old.example.com",))
    authority.issue_server("queue", hosts=("new.example.com",), replace=True)
    authority.issue("rabbitmq", usage=Usage.SERVER, hosts=("mq.example.com", "localhost"))
    for path in [*(tmp_path / "pki").glob("db-1.*"), *(tmp_path / "pki").glob("rabbitmq.*")]:
        path.rename(tmp_path / path.name)
    return tmp_path / "pki"


@pytest.mark.parametrize(
    "host",
    [
        *("db-1.example.com", "DB-1.Example.COM", "10.0.0.7", "::ffff:10.0.0.7", "fd00:0::7", "fd00::7%eth0"),
        *("db-1", "a.db.example.com", "old.example.com", "new.example.com", "mq.example.com"),
    ],
)
def test_nobody_gets_a_certificate_for_the_name_of_a_program(signer: Signer, programs: Path, host: str) -> None:
    token = signer.new_token(taken={1})
    for hosts in ((host,), ("10.0.0.3", host), (host, "10.0.0.3")):
        with pytest.raises(InvalidInput, match="program that has the certificate") as refused:
            signer.enrol(token.secret, hosts, requests_of(new_key_pairs()))
        assert refused.value.code == "program-name"
    assert signer.registered().servers == ()
    assert signer.enrol(token.secret, ("10.0.0.3", "third.example.com"), requests_of(new_key_pairs())).server == 2


@pytest.mark.parametrize(
    "written", ["db-1.example.com.", "db-1.example.com\n", " db-1.example.com", "db-1\0", "a,b", "10.7"]
)
def test_what_is_no_host_name_is_in_no_certificate(signer: Signer, programs: Path, written: str) -> None:
    with pytest.raises(InvalidInput):
        joined(signer, new_key_pairs(), ("10.0.0.3", written))


@pytest.mark.parametrize(
    "host", ["127.1", "0x7f.1", "2130706433", "0177.0.0.1", "0.0.0.0", "::", "224.0.0.1", "ff02::1"]
)
def test_an_address_of_no_machine_alone_is_in_no_certificate(signer: Signer, host: str) -> None:
    with pytest.raises(InvalidInput):
        joined(signer, new_key_pairs(), ("10.0.0.3", host))


@pytest.mark.parametrize(
    "host", ["LOCALHOST", "localhost.localdomain", "a.localhost", "ip6-localhost", "127.0.0.2", "::ffff:127.0.0.9"]
)
def test_of_loopback_a_machine_has_what_all_have(signer: Signer, host: str) -> None:
    signed = joined(signer, new_key_pairs(), ("10.0.0.3", host))
    assert set(hosts_of(leaf_of(signed, "lighttpd"))) == {"10.0.0.3", "lighttpd-2", "localhost", "127.0.0.1", "::1"}


def test_nobody_gets_a_certificate_for_an_address_of_the_balancers_machine(signer: Signer) -> None:
    token = signer.new_token(taken={1}, balancer=("esb.example.com", "10.0.0.1", "fd00::1"))
    for host in ("esb.example.com", "10.0.0.1", "::ffff:10.0.0.1", "fd00:0::1"):
        with pytest.raises(InvalidInput) as refused:
            signer.enrol(token.secret, ("10.0.0.3", host), requests_of(new_key_pairs()))
        assert refused.value.code == "host-taken"
    signer.cancel_token(token.registered.id)
    moved = signer.new_token(taken={1}, balancer=("10.0.0.9",))
    assert signer.enrol(moved.secret, ("10.0.0.1",), requests_of(new_key_pairs())).server == 2


def test_the_names_of_a_program_that_is_gone_are_free(signer: Signer, programs: Path) -> None:
    authority = Authority(programs)
    for name in ("db-1", "queue"):
        authority.remove(name)
    assert not list(programs.glob("queue.*"))
    signed = joined(signer, new_key_pairs(), ("db-1.example.com", "old.example.com", "new.example.com"))
    assert "db-1.example.com" in hosts_of(leaf_of(signed, "lighttpd"))
    with pytest.raises(NotFound, match="no certificate db-1"):
        authority.remove("db-1")
    for name in ("ca", "haproxy", "admin", "rabbitmq"):
        with pytest.raises(InvalidInput):
            authority.remove(name)


def test_a_program_gets_no_certificate_for_the_name_of_a_component(signer: Signer, tmp_path: Path) -> None:
    for host in ("lighttpd-1", "HAProxy-agent"):
        with pytest.raises(InvalidInput, match="name of a component"):
            Authority(tmp_path / "pki").issue_server("db-1", hosts=("db-1.example.com", host))


@pytest.mark.parametrize("name", ["issued.json", "partner.crt"])
def test_where_it_is_not_known_whose_names_there_are_nobody_joins(signer: Signer, programs: Path, name: str) -> None:
    (programs / name).write_text("{", encoding="ascii")
    with pytest.raises(SetupError, match=name):
        joined(signer, new_key_pairs())


def test_whose_name_was_taken_is_told_with_what_makes_it_free(signer: Signer) -> None:
    joined(signer, new_key_pairs())
    token = signer.new_token(taken={1})
    asked = requests_of(new_key_pairs())
    with pytest.raises(InvalidInput) as refused:
        signer.enrol(token.secret, HOSTS, asked)
    assert refused.value.code == "host-taken"
    for word in ("server 2", "zato server create --token --replace 2", "zato server remove 2"):
        assert word in refused.value.message
    signer.revoke(2)
    assert signer.enrol(token.secret, HOSTS, asked).server == 3
