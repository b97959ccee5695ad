"""One configuration item as the rest of Zato sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import msgspec


@dataclass(frozen=True, slots=True)
class Item:
    """An item at the revision of its last change; secrets inside `value` are encrypted, or hashed, never plain."""

    kind: str
    name: str
    revision: int
    value: msgspec.Struct


@dataclass(frozen=True, slots=True)
class CreatedItem(Item):
    """An item that was just created, and the secrets that were generated for it: the only time they can be shown."""

    generated: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
