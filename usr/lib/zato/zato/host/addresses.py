"""The addresses that this machine has."""

from __future__ import annotations

import array
import fcntl
import ipaddress
import socket
import struct
from pathlib import Path

_SIOCGIFCONF = 0x8912
_ENTRY_BYTES = 40
_ENTRIES_MAX = 256
_ADDRESS_AT = 20
_IPV6 = Path("/proc/net/if_inet6")


def own_addresses() -> tuple[str, ...]:
    """Those at which other machines may reach it. Raises OSError.

    The kernel's older interfaces are asked, since units of systemd may not use the one that getifaddrs(3) does.
    """
    found: list[ipaddress.IPv4Address | ipaddress.IPv6Address] = [*_ipv4(), *_ipv6()]
    return tuple(str(each) for each in found if not (each.is_loopback or each.is_link_local or each.is_unspecified))


def _ipv4() -> list[ipaddress.IPv4Address]:
    entries = array.array("B", bytes(_ENTRY_BYTES * _ENTRIES_MAX))
    place, size = entries.buffer_info()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        answer = fcntl.ioctl(asked.fileno(), _SIOCGIFCONF, struct.pack("iL", size, place))
    used: int = struct.unpack("iL", answer)[0]
    data = entries.tobytes()[:used]
    # An entry is a name of 16 bytes and a socket address: family and port, then the address
    return [ipaddress.IPv4Address(data[at + _ADDRESS_AT : at + _ADDRESS_AT + 4]) for at in range(0, used, _ENTRY_BYTES)]


def _ipv6() -> list[ipaddress.IPv6Address]:
    try:
        lines = _IPV6.read_text(encoding="ascii").splitlines()
    except OSError:  # a kernel without IPv6, or a process that may not look there
        return []
    return [ipaddress.IPv6Address(bytes.fromhex(line.split()[0])) for line in lines]
