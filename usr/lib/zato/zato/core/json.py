"""JSON that two readers cannot understand differently (RFC 8259, 7493).

No duplicate keys, no NaN, no number beyond a double, bounded depth.
"""

from __future__ import annotations

import json
import math
from typing import Any

from zato.core.errors import InvalidInput
from zato.core.findings import shortened

_KEY_LENGTH_MAX = 100


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


_decoder = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite)


def decode(data: bytes) -> Any:
    """The value of a UTF-8 JSON document. Raises InvalidInput that says where the document stops being valid."""
    try:
        return _decoder.decode(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise InvalidInput(f"The message is not valid UTF-8 at byte {error.start}.", code="invalid-utf8") from error
    except json.JSONDecodeError as error:
        raise InvalidInput(
            f"The message is not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}.",
            code="invalid-json",
        ) from error
    except RecursionError as error:
        raise InvalidInput("The JSON is nested too deeply.", code="invalid-json") from error
    except ValueError as error:  # integers of more than 4,300 digits
        raise InvalidInput("The JSON has a number with too many digits.", code="invalid-json") from error
