"""Whether a password is the one of a definition, without asking twice for what is known."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from hashlib import sha256
from secrets import token_bytes

from zato.config.secrets import password_matches, unmatched_hash
from zato.core.errors import TooManyRequests
from zato.security.basic import Credentials
from zato.security.hashing import Asking, Hashing

_KNOWN_MAX = 20_000


class Passwords:
    """Remembers which passwords were right, as HMACs under a key of this process that are bound to the hash.

    So a definition that is changed, removed or expires ends what was remembered with the snapshot that says so, and a
    dump of it tells nothing. One for each worker; threads may share it.
    """

    def __init__(self, hashing: Hashing, note: Callable[[str], None] = lambda outcome: None) -> None:
        """`note` is told of each password that was not known: "right", "wrong" or "refused"."""
        self._hashing = hashing
        self._nobodys = unmatched_hash()
        self._note = note
        self._key = token_bytes(32)
        self._known: dict[bytes, None] = {}

    def remembers(self, credentials: Credentials, hashed: str | None) -> bool:
        """Whether the password is known to be the one that was hashed: takes microseconds."""
        return hashed is not None and self._digest(credentials, hashed) in self._known

    def match(self, credentials: Credentials, hashed: str | None, asking: Asking) -> bool:
        """Whether the password is the one that was hashed; where there is none, False after the same time.

        Raises TooManyRequests as `Hashing.matches` does.
        """
        compared = hashed or self._nobodys
        digest = self._digest(credentials, compared)
        password = credentials.password
        try:
            right = self._hashing.matches(digest, lambda: password_matches(password, compared), asking)
        except TooManyRequests:
            self._note("refused")
            raise
        right = right and hashed is not None
        if right:
            self._remember(digest)
        self._note("right" if right else "wrong")
        return right

    def _digest(self, credentials: Credentials, hashed: str) -> bytes:
        # The name too: with names that nobody has, all would be compared with the same hash, and computed as one
        text = b"\0".join((hashed.encode(), credentials.user.encode(), credentials.password))
        return hmac.digest(self._key, text, sha256)

    def _remember(self, digest: bytes) -> None:
        self._known[digest] = None
        while len(self._known) > _KNOWN_MAX:
            try:
                del self._known[next(iter(self._known))]
            except (KeyError, StopIteration, RuntimeError):  # another thread was first
                return
