"""What a machine that joins a cluster asks for."""

from __future__ import annotations

import pytest

from zato.cluster.joining import own_hosts, settings_of
from zato.cluster.token import JoinToken
from zato.core.errors import InvalidInput


def test_a_machine_asks_for_its_address_first_and_for_names_that_are_its_own() -> None:
    assert own_hosts("10.0.0.2", ("second.example.com", "second")) == ("10.0.0.2", "second.example.com", "second")
    assert own_hosts("second", ("localhost", "second", "not a name")) == ("second",)


def test_a_machine_with_the_name_of_a_component_joins_by_what_else_it_has() -> None:
    assert own_hosts("10.0.0.2", ("Server-2.example.com", "Server-2")) == ("10.0.0.2", "Server-2.example.com")
    assert own_hosts("10.0.0.2", ("rabbitmq",)) == ("10.0.0.2",)


def test_what_the_cluster_tells_and_what_is_the_machines_own_are_its_settings() -> None:
    token = JoinToken("fd00::1", 11223, "first", b"a" * 32, b"s" * 32, 2, 0)
    settings = settings_of(token, ("fd00::2", "second"), {"name": "ours", "bind": "10.0.0.1", "odb": "x"})
    assert (settings.name, settings.odb, settings.hosts) == ("ours", "x", ("fd00::2", "second"))
    assert (settings.bind, settings.balancer, settings.balancer_place) == (
        "0.0.0.0",
        "[fd00::1]:11223",
        ("fd00::1", 11223),
    )
    with pytest.raises(InvalidInput, match="not those of this release"):
        settings_of(token, ("second",), {"lb_port": "many"})
