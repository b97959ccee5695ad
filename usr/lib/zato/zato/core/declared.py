"""What types of our own declare, found out once for each.

The library evaluates all annotations anew each time that it is asked, which takes longer than to read most messages.
What a service declares is not for here: it goes when its code goes.
"""

from __future__ import annotations

import functools

import msgspec
from msgspec import inspect
from msgspec.structs import FieldInfo


def fields_of(struct: type[msgspec.Struct]) -> tuple[FieldInfo, ...]:
    """Its fields, in order."""
    return _fields(struct)


def info_of(struct: type[msgspec.Struct]) -> inspect.Type:
    """Its description."""
    return _info(struct)


_fields = functools.cache(msgspec.structs.fields)
_info = functools.cache(inspect.type_info)
