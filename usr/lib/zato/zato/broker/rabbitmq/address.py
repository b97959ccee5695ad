"""Where RabbitMQ is: from the setting `broker` to hosts and a virtual host. Pure."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from zato.amqp.address import AmqpAddress
from zato.core.errors import SetupError

PORT = 5671
_EXAMPLE = "amqps://rabbit-1:5671,rabbit-2:5671/zato"


def parse(url: str) -> AmqpAddress:
    """Raises SetupError `invalid-broker-url` for what is no address of a RabbitMQ with TLS, or has a password in it.

    There is no `amqp://`: who a server is, its certificate says, so that without TLS nobody could log in.
    """
    scheme, separator, rest = url.partition("://")
    if scheme != "amqps" or not separator:
        raise _refused(f"starts with {scheme[:20] + separator!r}, not with amqps://")
    hosts, _, path = rest.partition("/")
    if "@" in hosts:
        raise _refused("has a user or a password in it; a server logs in by its certificate")
    vhost = unquote(path)
    if not vhost or any(mark in path for mark in "/?#"):
        raise _refused("has no virtual host behind the hosts, or something behind that")
    return AmqpAddress(tuple(_host(text.strip()) for text in hosts.split(",")), vhost)


def _host(text: str) -> tuple[str, int]:
    try:
        parts = urlsplit(f"//{text}")
        port = parts.port
    except ValueError:  # not a number, not a port, or half an IPv6 address
        raise _refused(f"has a host that is none: {text!r}") from None
    if not parts.hostname:
        raise _refused(f"has a host that is none: {text!r}")
    return parts.hostname, PORT if port is None else port


def _refused(why: str) -> SetupError:
    return SetupError(f"The setting broker {why}; use one like {_EXAMPLE}.", code="invalid-broker-url")
