"""From the source of deployed files to the code that requests run on."""

from zato.server.loader.code import CodeSet
from zato.server.loader.loaded import LoadedFile
from zato.server.loader.refusal import DeploymentRefused, Refusal
from zato.server.loader.source import DeploymentSource, parse

__all__ = ["CodeSet", "DeploymentRefused", "DeploymentSource", "LoadedFile", "Refusal", "parse"]
