"""From the source of deployed files to the code that requests run on."""

from zato.deployment.loader.code_set import CodeSet
from zato.deployment.loader.loaded import LoadedFile
from zato.deployment.loader.refusal import DeploymentRefused, Refusal
from zato.deployment.loader.source import DeploymentSource, parse

__all__ = ["CodeSet", "DeploymentRefused", "DeploymentSource", "LoadedFile", "Refusal", "parse"]
