"""The setting `broker`."""

from __future__ import annotations

import pytest

from zato.amqp.address import AmqpAddress
from zato.broker.rabbitmq.address import parse
from zato.core.errors import SetupError


def test_several_hosts_with_and_without_ports_are_nodes_of_one_rabbitmq() -> None:
    found = parse("amqps://rabbit-1:5672,rabbit-2,[::1]:5673/zato")
    assert found == AmqpAddress((("rabbit-1", 5672), ("rabbit-2", 5671), ("::1", 5673)), "zato")
    assert found.label == "amqps://rabbit-1:5672,rabbit-2:5671,[::1]:5673/zato"


def test_a_virtual_host_may_be_written_as_urls_are() -> None:
    assert parse("amqps://rabbit/%2Fzato").vhost == "/zato"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("amqp://rabbit/zato", "not with amqps://"),
        ("rabbit", "not with amqps://"),
        ("amqps://user:secret@rabbit/zato", "logs in by its certificate"),
        ("amqps://rabbit", "no virtual host"),
        ("amqps://rabbit/", "no virtual host"),
        ("amqps://rabbit/zato?heartbeat=1", "something behind that"),
        ("amqps://rabbit:port/zato", "'rabbit:port'"),
        ("amqps://rabbit,,other/zato", "''"),
        ("amqps://rabbit:70000/zato", "'rabbit:70000'"),
    ],
)
def test_what_is_no_rabbitmq_with_tls_and_certificates_is_refused_without_its_password(url: str, why: str) -> None:
    with pytest.raises(SetupError) as raised:
        parse(url)
    assert why in raised.value.message
    assert raised.value.code == "invalid-broker-url"
    assert "secret" not in raised.value.message
