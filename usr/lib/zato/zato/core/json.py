"""JSON that two readers cannot understand differently (RFC 8259, 7493).

No duplicate keys, no NaN, no number beyond a double, bounded depth and memory.
"""

from __future__ import annotations

import json
import math
from typing import Any

import msgspec

from zato.core.charsets import UTF_8
from zato.core.errors import InvalidInput, TooLarge
from zato.core.validation_errors import shortened

MEMORY_BYTES_MAX = 1024 * 1024 * 1024
"""That one document may take, see `memory_of`."""
_KEY_LENGTH_MAX = 100
_DEPTH_MAX = 500
_CONTAINERS = (dict, list)
# What Python takes at most, while it reads a document: for any, for each object or list, each value, each member of an
# object
_DOCUMENT_BYTES = 1000
_CONTAINER_BYTES = 100
_VALUE_BYTES = 60
_MEMBER_BYTES = 180


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise InvalidInput(
                    f"The JSON has the key {shortened(key, _KEY_LENGTH_MAX)!r} twice in one object; send it once.",
                    code="duplicate-key",
                )
            seen.add(key)
    return result


def _no_constant(name: str) -> Any:
    raise InvalidInput(f"The JSON has {name}, which is not a JSON value; use null or a string.", code="invalid-json")


def _finite(text: str) -> float:
    value = float(text)
    if math.isinf(value):  # which JSON cannot write: an answer would have null in its place
        raise InvalidInput(f"The JSON has the number {text[:40]}, which is too large.", code="invalid-json")
    return value


_encoder = msgspec.json.Encoder()
_decoder = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite)


def memory_of(data: bytes) -> int:
    """Bytes of memory that reading a document takes at most; more than it needs where it has much text.

    Small values take up to forty times the room that they have in the document.
    """
    is_plain = data.isascii() and b"\\u" not in data
    containers = data.count(b"{") + data.count(b"[")
    return (
        _DOCUMENT_BYTES
        + len(data) * (3 if is_plain else 9)
        + containers * _CONTAINER_BYTES
        + data.count(b",") * _VALUE_BYTES
        + data.count(b":") * _MEMBER_BYTES
    )


def decode(data: bytes, codec: str = UTF_8) -> Any:
    """The value of a JSON document, which is in UTF-8 unless its sender has said otherwise (RFC 8259, section 8.1).

    Raises InvalidInput that says where the document stops being valid; TooLarge.
    """
    if len(data) * _MEMBER_BYTES > MEMORY_BYTES_MAX and memory_of(data) > MEMORY_BYTES_MAX:
        raise TooLarge(
            f"The JSON has {len(data)} bytes in so many values that it would take over {MEMORY_BYTES_MAX // 2**20} MiB "
            "of memory; send it in parts.",
            code="json-too-large",
        )
    value = _read_at_once(data) if codec == UTF_8 else _UNREAD
    if value is _UNREAD:
        value = _read_strictly(data, codec)
    # Each has two ends
    if len(data) > 2 * _DEPTH_MAX and data.count(b"[") + data.count(b"{") > _DEPTH_MAX and _is_deeper(value):
        raise _too_deep()
    return value


_UNREAD: Any = object()


def _read_at_once(data: bytes) -> Any:
    """The value, where the document is certainly as it should be; _UNREAD otherwise. Python does nothing for its parts.

    This reader keeps the last of several members of one name. They are noticed by their colons, of which the value that
    was read has fewer then: what it has as text stands in the document like that, unless something is escaped by its
    number.
    """
    if b"\\u" in data:
        return _UNREAD
    try:
        value = msgspec.json.decode(data)
        members = _encoder.encode(value).count(b":")
    except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError):
        return _UNREAD
    return value if members == data.count(b":") else _UNREAD


def _read_strictly(data: bytes, codec: str) -> Any:
    """The value, or InvalidInput that says where the document is not as it should be."""
    try:
        # A byte order mark before it says nothing about it (RFC 8259, section 8.1, lets it be ignored)
        return _decoder.decode(data.decode(codec).removeprefix("\ufeff"))
    except UnicodeDecodeError as error:
        what = "UTF-8" if codec == UTF_8 else codec
        raise InvalidInput(f"The message is not valid {what} at byte {error.start}.", code="invalid-utf8") from error
    except json.JSONDecodeError as error:
        raise InvalidInput(
            f"The message is not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}.",
            code="invalid-json",
        ) from error
    except RecursionError as error:
        raise _too_deep() from error
    except ValueError as error:  # integers of more than 4,300 digits
        raise InvalidInput("The JSON has a number with too many digits.", code="invalid-json") from error


def _is_deeper(value: Any) -> bool:
    """Whether containers are nested beyond the limit: found level by level, since recursion has a limit of its own."""
    level = [value] if type(value) in _CONTAINERS else []
    for _ in range(_DEPTH_MAX + 1):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if type(outer) is dict else outer)
            if type(inner) in _CONTAINERS
        ]
        if not level:
            return False
    return True


def _too_deep() -> InvalidInput:
    return InvalidInput(f"The JSON is nested too deeply; {_DEPTH_MAX} levels are taken.", code="invalid-json")
