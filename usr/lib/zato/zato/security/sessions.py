"""Sessions of people: a password once, then a token that is sent as a bearer token (RFC 6750).

A token names its session and has a secret of 256 bits, of which only the hash is kept. It is looked up in the ODB with
each request, beside the revision of the security definition that it was opened with, so on every server it is worth
nothing from the moment at which it was ended or the definition was changed in any way. Revisions do not come back: no
roll-back makes it valid again.
"""

from __future__ import annotations

import hmac
import re
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from zato.core.clock import Clock
from zato.core.errors import InvalidInput, TooManyRequests, Unauthorized
from zato.core.principal import Authentication, Principal, Role
from zato.odb.sessions import Found, Session, Sessions
from zato.security.basic import AUTHORIZATION
from zato.security.request_source import WrongPasswords

LIFE = timedelta(hours=12)
IDLE = timedelta(hours=2)
LIFE_MAX = timedelta(days=7)

_SCHEME = "bearer "
_ID_BYTES = 16
_SECRET_BYTES = 32
_TOKEN = re.compile(r"zato\.([0-9a-f]{32})\.([A-Za-z0-9_-]{43})")
_TOUCH_SECONDS_MAX = 60.0
_KNOWN_MAX = 1_000
_NOBODYS = sha256(secrets.token_bytes(32)).hexdigest()
_REFUSED = "The session has ended, or never was; open another one with the user name and password (zato login URL)."


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token, which is shown once. Its repr does not show it."""

    session_id: str
    token: str
    digest: str

    def __repr__(self) -> str:
        return f"NewToken({self.session_id!r})"


def new_token() -> NewToken:
    """A token that nobody has had."""
    session_id, secret = secrets.token_hex(_ID_BYTES), secrets.token_urlsafe(_SECRET_BYTES)
    return NewToken(session_id, f"zato.{session_id}.{secret}", _digest(secret))


def bearer_token(environ: Mapping[str, Any]) -> str | None:
    """What a WSGI request sends as a bearer token; None where it sends none. Raises InvalidInput for several."""
    value = environ.get(AUTHORIZATION)
    if value is None or value[: len(_SCHEME)].lower() != _SCHEME:
        return None
    if "," in value:  # the edge puts several headers into one
        raise InvalidInput("The request has several Authorization headers; send one.", code="several-authorizations")
    return str(value[len(_SCHEME) :].strip())


class PeopleSessions:
    """Whom a token stands for. One for each worker; threads may share it."""

    def __init__(self, sessions: Sessions, clock: Clock, workers: Callable[[], int] = lambda: 1) -> None:
        """`workers` says how many workers share the wrong tokens that a server takes from one source."""
        self._sessions = sessions
        self._clock = clock
        self._workers = workers
        self._wrong = WrongPasswords()
        self._known: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()

    def principal(self, token: str, source: str, wrong_max: int | None) -> Principal:
        """The principal of the session.

        Raises Unauthorized for every other token, and, before it is looked for, TooManyRequests where `wrong_max` of
        the source's were wrong of late, unless this worker has found the token valid before: whoever guesses does not
        lock out the people beside them. Raises Unavailable while the ODB is away: it may have been ended.
        """
        known = _digest(token)
        with self._lock:
            if known not in self._known:
                self._refuse_guessing(source, wrong_max)
        session = self._valid(token)
        with self._lock:
            if session is None:
                self._known.pop(known, None)
                self._wrong.note(source, self._clock.monotonic())
                raise Unauthorized(_REFUSED)
            self._know(known)
        roles = frozenset(Role(role) for role in session.roles)
        return Principal(session.principal, Authentication.SESSION, roles, session.client, session.id)

    def _valid(self, token: str) -> Session | None:
        parts = _TOKEN.fullmatch(token)
        if parts is None:
            return None
        found = self._sessions.find(parts[1])
        same = hmac.compare_digest(_NOBODYS if found is None else found.digest, _digest(parts[2]))
        now = self._clock.now()
        if found is None or not same or not is_open(found, now):
            return None
        session = found.session
        if (now - session.used).total_seconds() > min(_TOUCH_SECONDS_MAX, session.idle.total_seconds() / 10):
            self._sessions.used(session.id, now)
        return session

    def _know(self, token_digest: str) -> None:
        self._known[token_digest] = None
        self._known.move_to_end(token_digest)
        if len(self._known) > _KNOWN_MAX:
            self._known.popitem(last=False)

    def _refuse_guessing(self, source: str, wrong_max: int | None) -> None:
        now = self._clock.monotonic()
        if wrong_max is None or self._wrong.count(source, now) < -(-wrong_max // max(1, self._workers())):
            return
        raise TooManyRequests(
            "Too many wrong tokens came from this address; try again in a few seconds.",
            code="too-many-wrong-passwords",
            retry_after_seconds=self._wrong.seconds_left(source, now),
        )


def is_open(found: Found, now: datetime) -> bool:
    """Whether it is still what it was opened as: not expired, not left alone, its security definition the same."""
    session = found.session
    return now < session.expires and now - session.used <= session.idle and found.revision_now == session.revision


def _digest(secret: str) -> str:
    return sha256(secret.encode("utf-8", "backslashreplace")).hexdigest()
