"""The check of a deployment: its file is imported in a process that is thrown away."""

from zato.deployment.check.checker import Checker
from zato.deployment.check.messages import CheckedService, CheckResult
from zato.deployment.check.zygote import start_zygote

__all__ = ["CheckResult", "CheckedService", "Checker", "start_zygote"]
