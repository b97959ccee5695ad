"""How a cluster without default passwords gets its first administrator: by a token that works once."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from hashlib import sha256

from zato.config.item import CreatedItem
from zato.config.publisher import Author, Publisher
from zato.config.secrets import generate_secret
from zato.core.clock import Clock
from zato.core.errors import Unauthorized
from zato.core.own_principals import FIRST_TOKEN
from zato.core.principal import Role
from zato.odb.first_tokens import FirstToken, FirstTokens

LIFE = timedelta(hours=24)
# One sentence for a token that is wrong, spent, expired or was never made
_REFUSED = (
    "This token lets nobody in: it was used, has expired, or is another one. Root makes a new one on a machine of the "
    "cluster with: zato user first-token"
)
_NONE = "0" * 64


class FirstAdministrator:
    """The token is a secret of 256 bits, of which only the hash is kept. Threads may share this."""

    def __init__(self, tokens: FirstTokens, publisher: Publisher, clock: Clock) -> None:
        self._tokens = tokens
        self._publisher = publisher
        self._clock = clock

    def new_token(self, life: timedelta, *, by: Author) -> tuple[str, datetime]:
        """A new token, and when it expires. The one before, if there is one, is worth nothing from now on."""
        token = generate_secret()
        now = self._clock.now()
        self._tokens.replace(FirstToken(_digest(token), now + life), principal=by.principal, cid=by.cid, at=now)
        return token, now + life

    def valid_until(self) -> datetime | None:
        """When the token expires that somebody could use now; None where there is none."""
        found = self._tokens.current()
        return found.expires if found is not None and found.expires > self._clock.now() else None

    def become(self, token: str, name: str, password: str, *, cid: str) -> CreatedItem:
        """The security definition of a new administrator; the token is spent in the transaction that makes it.

        Raises Unauthorized where the token is not the one that is there now, before anything else is looked at. Then
        what `Publisher.create` raises, which leaves the token as it was.
        """
        digest = _digest(token)
        now = self._clock.now()
        found = self._tokens.current()
        same = hmac.compare_digest(digest, _NONE if found is None else found.digest)
        if found is None or not same or found.expires <= now:
            raise Unauthorized(_REFUSED)
        body = {"username": name, "password": password, "roles": [Role.ADMIN.value]}
        spending = self._tokens.spending(digest, now, Unauthorized(_REFUSED))
        return self._publisher.create("security-basic", name, body, by=Author(FIRST_TOKEN, cid), within=spending)


def _digest(token: str) -> str:
    return sha256(token.encode("utf-8", "backslashreplace")).hexdigest()
