"""What a certificate can be called, and which hosts it can be for."""

from __future__ import annotations

import ipaddress
import re

from cryptography import x509

from zato.core.errors import InvalidInput

COMPONENT_NAMES = re.compile(
    r"ca|haproxy|haproxy-client|haproxy-agent|lighttpd-(?:agent-)?[0-9]+|server-[0-9]+|rabbitmq|zato-admin|zato-admin-lighttpd|zato-public"
)
"""Names that belong to components: no client certificate may bear one."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")  # a file name, and a common name has 64 characters at most
_HOST = re.compile(
    r"^(\*\.)?[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$"
)
# By which programs mean an address, of whatever form: 127.1, 0x7f.1, 2130706433
_NUMBER = re.compile(r"(.*\.)?([0-9]+|0[xX][0-9A-Fa-f]*)")


def is_name(text: str) -> bool:
    """Whether this can be the name of a certificate, and its common name."""
    return _NAME.fullmatch(text) is not None


def checked_name(name: str) -> str:
    """The name. Raises InvalidInput where it cannot be one."""
    if not is_name(name):
        raise InvalidInput(
            f"{name!r} cannot be the name of a certificate: up to 64 letters, digits, dots, hyphens and underscores "
            "that start with a letter or digit."
        )
    return name


def is_host(text: str) -> bool:
    """Whether a certificate can be for this host name or IP address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return len(text) <= 253 and _HOST.fullmatch(text) is not None and _NUMBER.fullmatch(text) is None
    return True


def check_host(text: str) -> None:
    """Raises InvalidInput where a certificate cannot be for this host name or IP address."""
    if not is_host(text):
        raise InvalidInput(f"{text!r} is neither a host name nor an IP address.")


def general_name(host: str) -> x509.GeneralName:
    """The host as a certificate has it. Raises InvalidInput."""
    check_host(host)
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
