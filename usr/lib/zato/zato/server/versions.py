"""Which versions of the deployed files a configuration activates, and when. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from zato.config.configuration import Configuration
from zato.config.kinds import DeploymentVersion

Versions = Mapping[str, DeploymentVersion]
"""What is to be active, by file name."""


def active_versions(configuration: Configuration) -> Versions:
    """What the configuration activates."""
    return {
        item.name: item.value for item in configuration.all("deployment") if isinstance(item.value, DeploymentVersion)
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
