"""What a RabbitMQ has to be for Zato: its definitions and its configuration, as text. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from zato.broker.rabbitmq.names import EXCHANGES, PERMISSION, pauses, queues
from zato.broker.retrying import Retrying

PLUGINS = ("rabbitmq_auth_mechanism_ssl",)


def definitions(vhost: str, users: Iterable[str]) -> str:
    """A JSON document for `load_definitions` or `rabbitmqctl import_definitions`; importing it again changes nothing.

    The users have no password, so a certificate is their only way in, and may use nothing but what is Zato's.
    """
    names = sorted(set(users))
    wanted = queues(pauses(Retrying()))
    document = {
        "vhosts": [{"name": vhost}],
        "users": [{"name": name, "password_hash": "", "tags": ""} for name in names],
        "permissions": [
            {"user": name, "vhost": vhost, "configure": PERMISSION, "write": PERMISSION, "read": PERMISSION}
            for name in names
        ],
        "exchanges": [_exchange(vhost, name, kind) for name, kind in EXCHANGES.items()],
        "queues": [_queue(vhost, name, arguments) for name, (_, arguments) in wanted.items()],
        "bindings": [_binding(vhost, name, exchange) for name, (exchange, _) in wanted.items()],
    }
    return json.dumps(document, indent=2) + "\n"


def configuration(directory: Path, *, listen: str) -> str:
    """Lines of rabbitmq.conf: TLS only, certificates only. `directory` has ca.crt, rabbitmq.crt and rabbitmq.key.

    `listen` is a port, on all addresses, or an address, a colon and a port.
    """
    return f"""\
# Zato's part: connections over TLS only, and who one is, one's certificate says.
listeners.tcp = none
listeners.ssl.zato = {listen}
ssl_options.cacertfile = {directory}/ca.crt
ssl_options.certfile = {directory}/rabbitmq.crt
ssl_options.keyfile = {directory}/rabbitmq.key
ssl_options.verify = verify_peer
ssl_options.fail_if_no_peer_cert = true
ssl_options.versions.1 = tlsv1.3
ssl_options.versions.2 = tlsv1.2
auth_mechanisms.1 = EXTERNAL
ssl_cert_login_from = common_name
load_definitions = {directory}/definitions.json
"""


def enabled_plugins(present: Iterable[str] = ()) -> str:
    """The file `enabled_plugins`, with those that are in it already."""
    return f"[{','.join(sorted({*present, *PLUGINS}))}].\n"


def _exchange(vhost: str, name: str, kind: str) -> dict[str, Any]:
    return {
        "name": name,
        "vhost": vhost,
        "type": kind,
        "durable": True,
        "auto_delete": False,
        "internal": False,
        "arguments": {},
    }


def _queue(vhost: str, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "vhost": vhost, "durable": True, "auto_delete": False, "arguments": arguments}


def _binding(vhost: str, queue: str, exchange: str) -> dict[str, Any]:
    return {
        "source": exchange,
        "vhost": vhost,
        "destination": queue,
        "destination_type": "queue",
        "routing_key": queue,
        "arguments": {},
    }
