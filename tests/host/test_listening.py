"""On which addresses lighttpds and agents listen, for each setting and at each time."""

from __future__ import annotations

import ipaddress

import pytest

from zato.host.addresses import own_addresses
from zato.host.listening import Addresses, at_start, has_others, here, is_open, while_running
from zato.host.settings import ClusterSettings

ALL4, ALL6 = "0.0.0.0", "::"


@pytest.mark.parametrize(
    ("bind", "closed", "opened"),
    [
        (ALL4, ("127.0.0.1",), (ALL4,)),
        (ALL6, ("::1",), (ALL6,)),
        ("10.0.0.5", ("127.0.0.1",), ("127.0.0.1", "10.0.0.5")),
        ("fd00::5", ("::1",), ("::1", "fd00::5")),
        ("esb.example.com", ("127.0.0.1",), ("127.0.0.1", "esb.example.com")),
        ("127.0.0.1", ("127.0.0.1",), ("127.0.0.1",)),
        ("127.0.0.9", ("127.0.0.9",), ("127.0.0.9",)),
        ("::1", ("::1",), ("::1",)),
        ("localhost", ("localhost",), ("localhost",)),
    ],
)
def test_they_listen_on_loopback_until_others_join_and_as_the_balancer_then(
    bind: str, closed: Addresses, opened: Addresses
) -> None:
    cluster = ClusterSettings(bind=bind)
    assert at_start(cluster, is_open=False) == closed
    assert at_start(cluster, is_open=True) == opened
    joined = ClusterSettings(bind=bind, balancer="first:11223")
    assert at_start(joined, is_open=False) == opened
    assert here(cluster) == closed[0]
    assert is_open(closed) is False
    assert is_open(opened) is (closed != opened)


@pytest.mark.parametrize("bind", [ALL4, "127.0.0.1", "10.0.0.5"])
@pytest.mark.parametrize("others", [True, False])
def test_the_setting_decides_whoever_has_joined(bind: str, others: bool) -> None:
    for chosen, reached in ((ALL4, "127.0.0.1"), ("127.0.0.1", "127.0.0.1"), ("10.0.0.6", "10.0.0.6")):
        cluster = ClusterSettings(bind=bind, lighttpd_bind=chosen)
        assert at_start(cluster, is_open=others) == (chosen,)
        assert here(cluster) == reached


def test_who_listens_already_keeps_that_and_takes_what_is_new() -> None:
    own = ("10.0.0.2", "fd00::2", "10.0.1.2")
    assert while_running((), (ALL4,), own) == (ALL4,)
    assert while_running(("127.0.0.1",), ("127.0.0.1",), own) == ("127.0.0.1",)
    opened = while_running(("127.0.0.1",), (ALL4,), own)
    assert opened == ("127.0.0.1", "10.0.0.2", "10.0.1.2")
    assert while_running(opened, (ALL4,), (*own, "10.0.2.2")) == (*opened, "10.0.2.2")
    assert while_running(("::1",), (ALL6,), own) == ("::1", "fd00::2")
    assert while_running((ALL4,), ("127.0.0.1",), own) == (ALL4,)
    assert while_running(("127.0.0.1",), ("127.0.0.1", "10.0.0.5"), own) == ("127.0.0.1", "10.0.0.5")


def test_another_machine_is_one_that_is_not_called_as_this_one_is() -> None:
    names = {"localhost", "first", "first.example.com"}
    assert not has_others([], names)
    assert not has_others(["localhost", "127.0.0.1", "::1", "first", "first.example.com"], names)
    assert has_others(["localhost", "10.0.0.2"], names)
    assert has_others(["second"], names)


def test_the_machines_own_addresses_are_those_that_others_reach() -> None:
    for address in map(ipaddress.ip_address, own_addresses()):
        assert not (address.is_loopback or address.is_unspecified or address.is_link_local)
