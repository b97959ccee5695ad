"""Outgoing toy connections: a box that things are put into."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from zato.config.kinds.kind import Binding, Group, Kind
from zato.core.principal import Right


class OutgoingToy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One box."""

    box: Annotated[str, Meta(min_length=1, max_length=100, description="Name of the box.")]
    key: Annotated[str | None, Meta(description="What opens it.")] = None


OUTGOING_TOY = Kind(
    name="outgoing-toy",
    struct=OutgoingToy,
    title="Outgoing toy",
    plural="Outgoing toys",
    group=Group.OUTGOING,
    right=Right.OPERATE,
    summary="A box that things are put into.",
    example_name="Toys",
    example={"box": "red"},
    secret_fields=("key",),
    bindings={"key": (Binding("box", "says what it opens"),)},
    pingable=True,
    local_fields=("box",),
)
