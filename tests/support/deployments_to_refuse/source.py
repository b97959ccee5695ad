"""One file that must not be deployed, and what the source of one is made of."""

from __future__ import annotations

from dataclasses import dataclass

HEAD = "from zato.server.service import Service\n\n"
_GOOD = "\n\nclass Good(Service):\n    def handle(self):\n        self.response.payload = {'version': 'good'}\n"


@dataclass(frozen=True)
class BrokenDeployment:
    """One file. `code`, `file`, `line` and a part of the reason are what the refusal must have.

    `hostile`: loading it would hang, end or exhaust the process that does it. `file` None: the file's own name.
    """

    title: str
    file_name: str
    source: bytes
    code: str
    line: int | None = None
    reason: str = ""
    hostile: bool = False
    file: str | None = None

    @property
    def codes(self) -> frozenset[str]:
        """Several where it depends on the machine which limit is reached first."""
        return frozenset(self.code.split("|"))

    @property
    def expected_file(self) -> str:
        return self.file_name if self.file is None else self.file


def service(body: str = "", name: str = "Broken") -> bytes:
    """Source whose first own line, `body`, is line 3, followed by a working service."""
    return (HEAD + body + _GOOD.replace("Good", name)).encode()
