"""HTTP Basic in tests."""

from __future__ import annotations

import base64

from zato.security.basic import Credentials
from zato.security.hashing import Asking

WRONG = "wrong"


def basic(user: str, password: str) -> dict[str, str]:
    """The header."""
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


class AnyPassword:
    """Takes every password of a user that there is, but for `WRONG`."""

    def remembers(self, credentials: Credentials, hashed: str | None) -> bool:
        return hashed is not None and credentials.password != WRONG.encode()

    def match(self, credentials: Credentials, hashed: str | None, asking: Asking) -> bool:
        return self.remembers(credentials, hashed)
