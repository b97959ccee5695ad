"""Names and values of HTTP header fields (RFC 9110, section 5)."""

from __future__ import annotations

import re

_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_MEDIA_TYPE = re.compile(
    r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+"
    r"([ ]*;[ ]*[A-Za-z0-9!#$%&'*+.^_`|~-]+=([A-Za-z0-9!#$%&'*+.^_`|~-]+|\"[ !#-\[\]-~]*\"))*"
)
_VISIBLE = re.compile(r"[!-~]+")
_OF_THE_CONNECTION = frozenset(
    [
        "connection",
        "content-length",
        "content-type",
        "expect",
        "host",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    ]
)
_OF_ZATO = ("x-zato-", "x-forwarded-")


def header_name_errors(field: str, header: str) -> list[str]:
    """What is wrong with the name of a header that is to carry a secret."""
    if _TOKEN.fullmatch(header) is None:
        return [f"{field}: {header!r} is not a valid name of a header"]
    if header.lower() in _OF_THE_CONNECTION:
        return [f"{field}: {header} has a meaning of its own in HTTP; choose another header"]
    return []


def incoming_header_errors(field: str, header: str) -> list[str]:
    """The same for a header that clients send to Zato: it must also reach a server unharmed and unambiguous."""
    errors = header_name_errors(field, header)
    if not errors:
        if "_" in header:
            errors.append(f"{field}: headers with '_' are dropped at the edge; write '-' instead")
        if header.lower().startswith(_OF_ZATO) or header.lower() in {"authorization", "cookie"}:
            errors.append(f"{field}: {header} belongs to Zato or to another scheme; choose another header")
    return errors


def header_value_errors(field: str, value: str) -> list[str]:
    """What is wrong with a secret that travels as a header's value: visible ASCII without spaces."""
    if _VISIBLE.fullmatch(value) is None:
        return [f"{field}: it must have visible ASCII characters only, and no spaces"]
    return []


def media_type_errors(field: str, media_type: str) -> list[str]:
    """What is wrong with the value of a Content-Type header."""
    if _MEDIA_TYPE.fullmatch(media_type) is None:
        return [f"{field}: {media_type!r} is not a media type such as 'text/plain; charset=utf-8'"]
    return []
