"""The check of a deployment: its file is imported in a process that is thrown away."""

from zato.server.check.checker import Checker
from zato.server.check.messages import CheckedService, CheckResult
from zato.server.check.zygote import start_zygote

__all__ = ["CheckResult", "CheckedService", "Checker", "start_zygote"]
