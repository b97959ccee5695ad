"""Which versions of the deployed files a configuration activates, and when. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from zato.config.configuration import Configuration
from zato.config.kinds import DeploymentVersion
from zato.config.kinds.deployment import DEPLOYMENT
from zato.odb.deployments import Deployment

Versions = Mapping[str, DeploymentVersion]
"""What is to be active, by file name."""


def active_versions(configuration: Configuration) -> Versions:
    """What the configuration activates."""
    return configuration.values(DEPLOYMENT)


def with_deployments(versions: Versions, deployments: Iterable[Deployment], switch_at: datetime) -> Versions:
    """`versions` with those of the deployments' files replaced."""
    return {
        **versions,
        **{
            deployment.file_name: DeploymentVersion(
                deployment_id=deployment.id,
                sha256=deployment.sha256,
                module=deployment.module,
                services=deployment.services,
                switch_at=switch_at,
            )
            for deployment in deployments
        },
    }


def switch_time(before: Configuration, after: Configuration) -> float:
    """When the deployments that differ become active, in seconds since the epoch; 0 where none differ."""
    known = active_versions(before)
    return max(
        (
            version.switch_at.timestamp()
            for name, version in active_versions(after).items()
            if known.get(name) != version
        ),
        default=0.0,
    )
