"""Settings of a service; an item is needed only where they differ from the defaults."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from zato.config.kinds.kind import Group, Kind
from zato.core.limits import TIME_LIMIT_SECONDS_MAX
from zato.core.principal import Right


class ServiceSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of the service that the item is named after."""

    active: Annotated[bool, Meta(description="An inactive service cannot be invoked.")] = True
    time_limit_seconds: Annotated[
        Annotated[float, Meta(gt=0, le=TIME_LIMIT_SECONDS_MAX)] | None,
        Meta(description="How long one invocation may take; the server's own limit where empty."),
    ] = None


SERVICE = Kind(
    name="service",
    struct=ServiceSettings,
    title="Service settings",
    plural="Settings of services",
    group=Group.SERVICES,
    right=Right.OPERATE,
    summary="Settings of the service that has the item's name.",
    example_name="crm.get-customer",
    example={"time_limit_seconds": 5},
)
