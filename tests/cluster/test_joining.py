"""What a machine that joins a cluster asks for."""

from __future__ import annotations

from zato.cluster.joining import own_hosts


def test_a_machine_asks_for_its_address_first_and_for_names_that_are_its_own() -> None:
    assert own_hosts("10.0.0.2", ("second.example.com", "second")) == ("10.0.0.2", "second.example.com", "second")
    assert own_hosts("second", ("localhost", "second", "not a name")) == ("second",)


def test_a_machine_with_the_name_of_a_component_joins_by_what_else_it_has() -> None:
    assert own_hosts("10.0.0.2", ("Server-2.example.com", "Server-2")) == ("10.0.0.2", "Server-2.example.com")
    assert own_hosts("10.0.0.2", ("rabbitmq",)) == ("10.0.0.2",)
