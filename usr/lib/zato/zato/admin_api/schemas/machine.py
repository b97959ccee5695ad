"""What is told of one server's machine."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from zato.admin_api.schemas.values import RequestSchema, ResponseSchema


class Certificate(ResponseSchema, frozen=True):
    """A certificate of the cluster's authority, or the authority's own; `due` says that it is about to be renewed."""

    name: str
    subject: str
    not_before: datetime
    not_after: datetime
    fingerprint: str
    hosts: list[str]
    due: bool


class UnusableFile(ResponseSchema, frozen=True):
    """A file that should be a certificate, and why it is none."""

    name: str
    reason: str


class PublicCertificate(ResponseSchema, frozen=True):
    """The certificate that browsers and partners know; `problem` is why what is in its `source` now was not taken."""

    names: list[str]
    not_after: datetime | None
    due: bool
    source: str | None
    problem: str | None


class Certificates(ResponseSchema, frozen=True):
    """What is in the directory of the machine's certificates."""

    server: int
    host: str
    certificates: list[Certificate]
    unusable: list[UnusableFile]
    public: PublicCertificate | None


class CommitsQuery(RequestSchema, frozen=True):
    """How many, newest first."""

    limit: Annotated[int, Meta(ge=1, le=1000)] = 20


class Commit(ResponseSchema, frozen=True):
    """A change of the server's own settings; `revision` is that of the configuration, if any."""

    commit: str
    at: datetime
    author: str
    revision: int | None
    change: str


class Commits(ResponseSchema, frozen=True):
    """Changes of a server's own settings, newest first."""

    server: int
    changes: list[Commit]


class CommitDiffQuery(RequestSchema, frozen=True, rename={"from_": "from"}):
    """Two commits; the second is the last one unless given."""

    from_: Annotated[str, Meta(pattern="^[0-9a-f]{4,64}$")]
    to: Annotated[str, Meta(pattern="^[0-9a-f]{4,64}$")] | None = None


class CommitDiff(ResponseSchema, frozen=True):
    """What differs between two commits, as git writes it."""

    server: int
    diff: str


class DoctorFinding(ResponseSchema, frozen=True):
    """What is not as it should be, and what mends it."""

    subject: str
    problem: str
    remedy: str


class Examination(ResponseSchema, frozen=True):
    """What was looked at on the machine, with the rights of the user who runs its servers, and what was found."""

    ok: bool
    looked_at: list[str]
    findings: list[DoctorFinding]
