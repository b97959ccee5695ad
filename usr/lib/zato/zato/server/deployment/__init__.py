"""From a file that was handed in to the version that all workers serve."""

from zato.server.deployment.deployer import Deployer
from zato.server.deployment.stager import Stager

__all__ = ["Deployer", "Stager"]
