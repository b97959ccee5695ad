"""The connection to RabbitMQ: one per process, kept by one thread."""

from __future__ import annotations

import logging
import random
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

import pika
from pika.exceptions import StreamLostError

from zato.amqp.address import AmqpAddress
from zato.amqp.identity import TlsIdentity
from zato.amqp.parameters import connection_parameters
from zato.amqp.reasons import reason_of
from zato.core.backoff import Backoff
from zato.core.errors import SetupError
from zato.host.logs import get_logger

HEARTBEAT_SECONDS = 10
# Never long: RabbitMQ is to be used again within seconds of its return
_RECONNECTING = Backoff(0.2, 2.0)
_SET_UP_SECONDS = 15.0
_STOP_SECONDS = 5.0


class ChannelUser(Protocol):
    """Something that is done over the connection. All methods are called in the connection's thread."""

    def opened(self, channel: Any, ready: Callable[[], None]) -> None:
        """Called once there is a connection and a channel for this user, who calls `ready` when all is set up."""
        ...

    def closed(self, reason: str) -> None:
        """The channel is gone, and nothing that was under way on it will be answered."""
        ...


class AmqpConnection:
    """Keeps a connection to one of the hosts, and opens each user anew on every new one.

    Nothing but I/O happens in its thread, so heartbeats are answered however long anybody's work takes. It is
    `there` while all users are set up; `problem` says why it is not. Where one channel is lost the whole connection
    is made anew, so that there is one way to recover. For one process: made and started after a fork.
    """

    def __init__(
        self, address: AmqpAddress, identity: TlsIdentity, name: str, *, heartbeat_seconds: int = HEARTBEAT_SECONDS
    ) -> None:
        """`name` is what operators of RabbitMQ see."""
        self._address = address
        self._identity = identity
        self._name = name
        self._heartbeat_seconds = heartbeat_seconds
        self._users: list[ChannelUser] = []
        self._channels: dict[int, Any] = {}
        self._waiting: set[int] = set()
        self._connection: Any = None
        """Whatever there is of one; its loop may be called as long as it stands here. Changed under `_guard`."""
        self._calls: deque[Callable[[], None]] = deque()
        """What its loop, or whoever ends it, is still to call. Appended to under `_guard`."""
        self._opened = False
        self._ended = True
        self._reason = "it was not connected to yet"
        self.blocked = False
        """Whether RabbitMQ takes no messages for now, as it is short of memory or disk."""
        self._away_said = False
        self._tried = threading.Event()
        self._stop = threading.Event()
        self._guard = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="rabbitmq", daemon=True)
        self._log = get_logger("zato.broker")
        # What it has to say, `_reason` says; it says it at length, and more than once
        logging.getLogger("pika").setLevel(logging.CRITICAL + 1)

    @property
    def label(self) -> str:
        """Where it connects to."""
        return self._address.label

    @property
    def there(self) -> bool:
        """Whether everything is set up on a connection that is not known to be lost."""
        return self._opened and not self._waiting

    @property
    def problem(self) -> str:
        """A sentence, while it is not there."""
        reason = "its queues are not ready yet" if self._opened else self._reason
        return f"RabbitMQ at {self.label} is away: {reason}."

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Closes the connection in an orderly way, after everything that was called before."""
        self._stop.set()
        self.call(self._close)
        if self._thread.ident is not None:
            self._thread.join(_STOP_SECONDS)

    def add(self, user: ChannelUser) -> None:
        """Opens the user on this connection, where there is one, and on each later one."""
        with self._guard:
            self._users.append(user)
        self.call(lambda: self._open(user))

    def remove(self, user: ChannelUser) -> None:
        """Closes its channel after everything that was called before."""
        with self._guard:
            self._users.remove(user)

        def close() -> None:
            self._waiting.discard(id(user))
            channel = self._channels.pop(id(user), None)
            if channel is not None and channel.is_open:
                channel.close()

        self.call(close)

    def call(self, function: Callable[[], None]) -> bool:
        """Has it called in the connection's thread, in order; False where there is no connection.

        One that ends meanwhile calls it, too, once all users are closed: who waits for what comes of it learns of it.
        """
        with self._guard:
            connection = self._connection
            if connection is None:
                return False
            self._calls.append(function)
            connection.ioloop.add_callback_threadsafe(self._call_next)
        return True

    def await_news(self, seconds: float) -> bool:
        """Whether there is a connection; where it was not tried yet, that is waited for."""
        self._tried.wait(seconds)
        return self._opened

    def fail(self, reason: str) -> None:
        """This connection is of no use: try another one. Called in the connection's thread."""
        connection = self._connection

        def give_up() -> None:
            if self._connection is connection:
                self._lost(reason)
                # An orderly end would wait for an answer, and there may be none
                connection._terminate_stream(StreamLostError(reason))

        self.call(give_up)

    def _run(self) -> None:
        failed = 0
        hosts = list(self._address.hosts)
        random.shuffle(hosts)  # not all processes on one node
        while not self._stop.is_set():
            for host, port in hosts:
                if self._live(host, port):
                    failed = 0
                if self._stop.is_set():
                    return
            failed += 1
            self._stop.wait(_RECONNECTING.spread_after(failed, random.random()))  # noqa: S311 - nothing to guess

    def _live(self, host: str, port: int) -> bool:
        """Keeps one connection from its beginning to its end. Returns whether it came about."""
        came = False

        def on_open(connection: Any) -> None:
            nonlocal came
            came = True
            self._on_open(connection)

        self._ended = False
        try:
            parameters = connection_parameters(
                host, port, self._address.vhost, self._identity, self._name, self._heartbeat_seconds
            )
            connection = pika.SelectConnection(
                parameters,
                on_open_callback=on_open,
                on_open_error_callback=self._on_end,
                on_close_callback=self._on_end,
            )
        except Exception as error:  # noqa: BLE001 - no more files may be opened, for instance
            if not isinstance(error, SetupError | OSError):
                self._log.exception("The connection to the broker failed unexpectedly")
            self._lost(reason_of(error))
            return False
        with self._guard:
            self._connection = connection
        try:
            if not self._stop.is_set():
                connection.ioloop.start()
        except Exception as error:  # noqa: BLE001 - the outermost loop of a thread that must not end
            self._log.exception("The connection to the broker failed unexpectedly")
            self._lost(reason_of(error))
        finally:
            with self._guard:
                self._connection = None
            self._lost("the connection was given up")
            self._call_rest()
            connection.ioloop.close()
        return came

    def _call_next(self) -> None:
        self._calls.popleft()()

    def _call_rest(self) -> None:
        """What came while the connection was ending."""
        while self._calls:
            try:
                self._call_next()
            except Exception:  # noqa: BLE001 - the outermost loop of a thread that must not end
                self._log.exception("The connection to the broker failed unexpectedly")

    def _on_open(self, connection: Any) -> None:
        with self._guard:
            users = list(self._users)
        self._waiting = {id(user) for user in users}
        self._opened = True
        self.blocked = False
        connection.add_on_connection_blocked_callback(lambda *_: self._block(blocked=True))
        connection.add_on_connection_unblocked_callback(lambda *_: self._block(blocked=False))
        for user in users:
            self._open(user)
        self._settled()
        connection.ioloop.call_later(_SET_UP_SECONDS, self._check_set_up)

    def _check_set_up(self) -> None:
        """A queue most of whose nodes are away answers to nothing; maybe it does on another node, or later."""
        if self._opened and self._waiting:
            self.fail(f"its queues were not ready within {_SET_UP_SECONDS:g} s")

    def _open(self, user: ChannelUser) -> None:
        if not self._opened or id(user) in self._channels or user not in self._users:
            return
        self._waiting.add(id(user))

        def ready() -> None:
            self._waiting.discard(id(user))
            self._settled()

        def opened(channel: Any) -> None:
            user.opened(channel, ready)

        channel = self._connection.channel(on_open_callback=opened)
        channel.add_on_close_callback(lambda _, error: self._on_channel_end(user, error))
        self._channels[id(user)] = channel

    def _on_channel_end(self, user: ChannelUser, error: Exception) -> None:
        if id(user) in self._channels and self._opened:
            self._lost(reason_of(error))
            self._close()

    def _on_end(self, connection: Any, error: BaseException) -> None:
        self._lost(reason_of(error))
        connection.ioloop.stop()

    def _settled(self) -> None:
        if not self.there:
            return
        self._tried.set()
        if self._away_said:
            self._log.info("The broker is back", broker=self.label)
        self._away_said = False

    def _block(self, *, blocked: bool) -> None:
        self.blocked = blocked

    def _lost(self, reason: str) -> None:
        """This attempt, or this connection, has ended. Only the first reason counts; others follow from it."""
        if self._ended:
            return
        self._ended = True
        self._reason = reason
        was_opened, self._opened = self._opened, False
        self._channels.clear()
        self._waiting.clear()
        self._tried.set()
        if not self._away_said and not self._stop.is_set():
            self._away_said = True
            self._log.warning("The broker is away", broker=self.label, reason=reason)
        if was_opened:
            with self._guard:
                users = list(self._users)
            for user in users:
                user.closed(reason)

    def _close(self) -> None:
        connection = self._connection
        if connection is None or connection.is_closing or connection.is_closed:
            return
        connection.close()
