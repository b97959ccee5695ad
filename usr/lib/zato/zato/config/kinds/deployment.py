"""The active version of a deployed file."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from zato.config.kinds.kind import Group, Kind, Managed, UniqueKey
from zato.core.principal import Right


class DeploymentVersion(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which deployment of the file that the item is named after is active."""

    deployment_id: Annotated[int, Meta(ge=1, description="Identifier of the deployment.")]
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$", description="SHA-256 of the file.")]
    module: Annotated[str, Meta(min_length=1, max_length=200, description="Python module that the file becomes.")]
    services: Annotated[tuple[str, ...], Meta(description="Names of the services in the file.")]
    switch_at: Annotated[datetime, Meta(tz=True, description="When all workers switch to this version.")]


def _unique_keys(name: str, value: DeploymentVersion) -> tuple[UniqueKey, ...]:
    return (
        UniqueKey(("module", value.module), "module", f"The module {value.module!r}"),
        *(UniqueKey(("service", service), "services", f"The service {service!r}") for service in value.services),
    )


DEPLOYMENT = Kind(
    name="deployment",
    struct=DeploymentVersion,
    title="Deployment",
    plural="Deployments",
    group=Group.SERVICES,
    right=Right.DEPLOY,
    managed=Managed(
        "Which version of a file is active is changed by deploying, activating or undeploying it, "
        "under /zato/api/deployments.",
        "managed-by-deployments",
    ),
    summary="The active version of a deployed file. Rolling it back activates an earlier version.",
    example_name="countries.py",
    example={
        "deployment_id": 7,
        "sha256": "0" * 64,
        "module": "countries",
        "services": ["countries.get-country"],
        "switch_at": "2026-01-02T03:04:05Z",
    },
    unique_keys=_unique_keys,
    exported=False,
)
