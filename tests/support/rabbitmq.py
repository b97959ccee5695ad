"""A RabbitMQ of Debian's package, with TLS and certificates only, prepared by the product's own text."""

from __future__ import annotations

import contextlib
import shutil
import signal
import socket
import ssl
from datetime import timedelta
from pathlib import Path

import pika
from pika.exceptions import AMQPError

from support.ports import free_port
from support.processes import Program, RunsProgram
from zato.amqp.identity import TlsIdentity
from zato.appliance.rabbitmq import server_users
from zato.broker.rabbitmq.definitions import configuration, definitions, enabled_plugins
from zato.broker.rabbitmq.names import pauses, queues
from zato.broker.retrying import Retrying
from zato.pki.authority import Authority, Usage
from zato.pki.names import server_name

_BINARIES = Path("/usr/lib/rabbitmq/bin")
VHOST = "zato"
SERVERS = 3
QUICK = Retrying(deliveries_max=3, first_delay=timedelta(milliseconds=20), back_delay=timedelta(milliseconds=20))
"""For tests of what is tried again."""


def identity_in(authority: Authority, user: str) -> TlsIdentity:
    """That of `user`, whose certificate is in the authority's directory."""
    directory = authority.directory
    return TlsIdentity(authority.certificate_path, directory / f"{user}.crt", directory / f"{user}.key")


class RabbitMq(RunsProgram):
    """Starts at construction; knows the users server-1 to server-3, whose certificates are in `pki`."""

    def __init__(self) -> None:
        # Erlang's name server would daemonise and stay behind if the node started it
        self._names = Program("epmd", "rabbitmq", signal.SIGTERM)
        self._program = Program("rabbitmq", "rabbitmq", signal.SIGTERM)
        self.port, self._names_port, self._distribution_port = (free_port() for _ in range(3))
        self._directory = self._program.directory
        self.pki = Authority(self._directory / "pki")
        self.pki.create("rabbitmq-tests")
        for number in range(1, SERVERS + 1):
            self.pki.issue(server_name(number), usage=Usage.CLIENT)
        self._prepare()
        self.start()

    @property
    def url(self) -> str:
        """The setting `broker` of a cluster whose certificates are in `pki`."""
        return f"amqps://localhost:{self.port}/{VHOST}"

    def start(self) -> None:
        if not self._reached(self._names_port):
            names = ["epmd", "-port", str(self._names_port), "-address", "127.0.0.1"]
            self._names.start(names, lambda: self._reached(self._names_port))
        self._program.start([*self._environment(), str(_BINARIES / "rabbitmq-server")], self._answers)

    def control(self, *arguments: str) -> None:
        """rabbitmqctl."""
        self._program.run(*self._environment(), str(_BINARIES / "rabbitmqctl"), *arguments)

    def empty(self) -> None:
        """Nothing is left in the queues. They stay: a new one of the same name may not survive being killed."""
        connection = self.connect()
        channel = connection.channel()
        for name, (_, arguments) in queues({*pauses(Retrying()), *pauses(QUICK)}).items():
            channel.queue_declare(name, durable=True, arguments=arguments)
            channel.queue_purge(name)
        connection.close()

    def remove(self) -> None:
        super().remove()
        self._names.remove()

    def connect(self, user: str = server_name(1)) -> pika.BlockingConnection:
        """A connection of the test's own, as `user`."""
        context = ssl.create_default_context(cafile=str(self.pki.certificate_path))
        context.load_cert_chain(self.pki.directory / f"{user}.crt", self.pki.directory / f"{user}.key")
        return pika.BlockingConnection(
            pika.ConnectionParameters(
                host="localhost",
                port=self.port,
                virtual_host=VHOST,
                credentials=pika.credentials.ExternalCredentials(),
                ssl_options=pika.SSLOptions(context, "localhost"),
                socket_timeout=2,
                blocked_connection_timeout=5,
            )
        )

    def identity(self, number: int) -> TlsIdentity:
        """That of server `number`."""
        return identity_in(self.pki, server_name(number))

    def stranger(self, name: str, directory: Path) -> TlsIdentity:
        """Nobody whom this RabbitMQ lets in: `other-ca` bears the name of a server, `other-user` has the right CA."""
        if name == "other-user":
            self.pki.issue(name, usage=Usage.CLIENT)
            return identity_in(self.pki, name)
        other = Authority(directory / name)
        other.create("other")
        other.issue(server_name(1), usage=Usage.CLIENT)
        mine = identity_in(other, server_name(1))
        return TlsIdentity(self.pki.certificate_path, mine.certificate, mine.key)

    def _prepare(self) -> None:
        self.pki.issue("rabbitmq", usage=Usage.SERVER, hosts=("localhost", "127.0.0.1"))
        tls = self._directory / "tls"
        tls.mkdir()
        for name in ("ca.crt", "rabbitmq.crt", "rabbitmq.key"):
            shutil.copy(self.pki.directory / name, tls / name)
        (tls / "definitions.json").write_text(definitions(VHOST, server_users()))
        (self._directory / "rabbitmq.conf").write_text(configuration(tls, listen=f"127.0.0.1:{self.port}"))
        (self._directory / "enabled_plugins").write_text(enabled_plugins())
        for path in (tls, *tls.iterdir(), *self._directory.iterdir()):
            self._program.own(path)

    def _environment(self) -> list[str]:
        own = self._directory
        values = {
            "HOME": own,
            "RABBITMQ_NODENAME": f"zato-{self.port}@localhost",
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_CONFIG_FILE": own / "rabbitmq.conf",
            "RABBITMQ_ENABLED_PLUGINS_FILE": own / "enabled_plugins",
            "RABBITMQ_MNESIA_BASE": own / "data",
            "RABBITMQ_LOG_BASE": own / "log",
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_DIST_PORT": self._distribution_port,
            "ERL_EPMD_PORT": self._names_port,
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-start_epmd false -kernel inet_dist_use_interface {127,0,0,1}",
        }
        return ["env", *(f"{name}={value}" for name, value in values.items())]

    def _answers(self) -> bool:
        if not self._reached(self.port):
            return False
        try:
            self.connect().close()
        except (AMQPError, OSError):
            return False
        return True

    @staticmethod
    def _reached(port: int) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return True
        return False
