"""Why a deployment is not accepted: one value that travels from the check's child process to the caller."""

from __future__ import annotations

from msgspec import Struct

from zato.core.errors import InvalidInput
from zato.core.finding import Finding


class Refusal(Struct, frozen=True):
    """`reason` is a whole sentence; `file` is how its owner knows it ("countries.py", "shop.zip/shop/orders.py")."""

    code: str
    reason: str
    file: str | None = None
    line: int | None = None

    def __str__(self) -> str:
        place = "" if self.file is None else f"{self.file}: " if self.line is None else f"{self.file}:{self.line}: "
        return place + self.reason


class DeploymentRefused(InvalidInput):
    """A file cannot be deployed. `refusal.code` says which rule or failure it was, `server` where it was found."""

    code = "deployment-rejected"

    def __init__(self, refusal: Refusal, *, server: int | None = None) -> None:
        details = [f"reason: {refusal.reason}", f"rule: {refusal.code}"]
        if refusal.file is not None:
            details.append(f"file: {refusal.file}")
        if refusal.line is not None:
            details.append(f"line: {refusal.line}")
        if server is not None:
            details.append(f"server: server-{server}")
        super().__init__(str(refusal), details=tuple(details))
        self.findings = (Finding(refusal.reason, refusal.code, file=refusal.file, line=refusal.line),)
        self.refusal = refusal


def refuse(code: str, reason: str, file: str | None = None, line: int | None = None) -> DeploymentRefused:
    """The error to raise."""
    return DeploymentRefused(Refusal(code, reason, file, line))
