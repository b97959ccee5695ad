"""Addresses of other systems: hosts and HTTP URLs, taken apart strictly."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

_HOST_LABEL = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
_URL_CHARACTERS = re.compile(r"[!-~]*")
_NOT_IN_URL = re.compile(r"[\"<>\\^`{}|]")
# Filled in by each call, percent-encoded; only the path may have them
_PLACEHOLDER = re.compile(r"\{[A-Za-z_][A-Za-z0-9_]*\}")
_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


def host_error(host: str) -> str | None:
    """What is wrong with a host name or an IP address (IPv6 without brackets), or None."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        labels = host.removesuffix(".").split(".")
        if len(host) > 253 or any(_HOST_LABEL.fullmatch(label) is None for label in labels):
            return f"{host!r} is neither a host name nor an IP address"
        if labels[-1].isdigit():
            return f"{host!r} looks like an IP address and is not one"
    return None


def http_errors(field: str, address: str) -> list[str]:
    """What is wrong with an address such as https://host:port/base."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        return [f"{field}: it cannot be taken apart as a URL ({error})"]
    if parts.scheme not in {"http", "https"}:
        return [f"{field}: it must start with https:// (or http://)"]
    errors = url_text_errors(field, _PLACEHOLDER.sub("x", address))
    if "@" in parts.netloc:
        errors.append(f"{field}: credentials do not belong here; use username and password")
    elif not parts.hostname:
        errors.append(f"{field}: the host is missing")
    elif (host := host_error(parts.hostname)) is not None:
        errors.append(f"{field}: {host}")
    if port == 0:
        errors.append(f"{field}: 0 is not a port")
    if parts.query or parts.fragment or "?" in address or "#" in address:
        errors.append(f"{field}: it must not have a query ('?') or a fragment ('#'); services give them with each call")
    return errors


def request_path_errors(field: str, path: str) -> list[str]:
    """What is wrong with a path (and query) that is appended to an address."""
    if not path.startswith("/") or path.startswith("//"):
        return [f"{field}: it must start with one '/'"]
    if "#" in path:
        return [f"{field}: it must not have a fragment ('#')"]
    return url_text_errors(field, path)


def url_text_errors(field: str, text: str) -> list[str]:
    """What is wrong with the characters of a URL."""
    if _URL_CHARACTERS.fullmatch(text) is None:
        return [f"{field}: it has a space or a character outside of ASCII; percent-encode it"]
    if (found := _NOT_IN_URL.search(text)) is not None:
        return [f"{field}: {found[0]!r} is not allowed in a URL; percent-encode it"]
    if (found := _BAD_PERCENT.search(text)) is not None:
        return [f"{field}: the '%' at character {found.start() + 1} is not followed by two hexadecimal digits"]
    return []
