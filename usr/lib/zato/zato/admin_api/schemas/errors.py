"""What is answered where something went wrong."""

from __future__ import annotations

from msgspec import UNSET, UnsetType, field

from zato.admin_api.schemas.values import Finding, ResponseSchema


class ErrorText(ResponseSchema, frozen=True):
    """What went wrong. HAProxy and lighttpd, which refuse what is not valid HTTP, have no details."""

    code: str
    message: str
    cid: str
    details: list[str] = field(default_factory=list)
    findings: list[Finding] | UnsetType = UNSET
    """What is wrong as fields, where the details are known as such."""


class Error(ResponseSchema, frozen=True):
    """The body of every answer from status 400."""

    error: ErrorText
