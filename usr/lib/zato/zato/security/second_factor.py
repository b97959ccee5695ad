"""Who has to prove more than a password, and whether they do."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from zato.config.secrets import SecretBox
from zato.config.writer import Author
from zato.core.clock import Clock
from zato.core.errors import Forbidden, NotFound, TooManyRequests, Unauthorized, Unavailable
from zato.odb.audit import AuditEntry
from zato.odb.change_notifier import AT_LEAST_EVERY_SECONDS
from zato.odb.second_factors import Factor, SecondFactors
from zato.security.totp import (
    NewSecret,
    is_code,
    new_recovery_codes,
    new_secret,
    recovery_digest,
    step_of,
    written,
)

ATTEMPTS_MAX = 5
PAUSE = timedelta(minutes=5)
"""After so many wrong codes there is one attempt in each of these: whoever gets here has the password already."""
_REFRESH_SECONDS = AT_LEAST_EVERY_SECONDS
_KIND, _FIELD = "totp", "secret"
_WRONG = "The code is not valid: it was wrong, is older than a minute, or was used before."


class CodeNeeded(Forbidden):
    """The password was right, and does not suffice."""

    code = "totp-needed"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} has a second factor, so that the password alone does not suffice here: open a session with a code "
            "of it (zato login URL)."
        )


class WrongCode(Unauthorized):
    """Counts as a wrong password does."""

    code = "totp-wrong"

    def __init__(self) -> None:
        super().__init__(_WRONG)


class SecondFactor:
    """One for each worker; threads may share it."""

    def __init__(
        self,
        factors: SecondFactors,
        box: SecretBox,
        clock: Clock,
        issuer: str,
        changed: Callable[[], bool] = lambda: True,
    ) -> None:
        """`issuer` is what applications show beside the user's name. `changed`: whether it is worth asking the ODB."""
        self._changed = changed
        self._factors = factors
        self._box = box
        self._clock = clock
        self._issuer = issuer
        self._known: frozenset[str] | None = None
        self._next_look = 0.0
        self._owed = True
        self._lock = threading.Lock()

    def keep_known(self) -> None:
        """Called again and again, so that what is known when the ODB goes away is a second old at most."""
        now = self._clock.monotonic()
        with self._lock:
            if now < self._next_look:
                return
            self._next_look = now + _REFRESH_SECONDS
            # What it said before the ODB went away is still owed
            self._owed = self._changed() or self._owed
        if self._owed:
            self._known = self._factors.confirmed()
            self._owed = False

    def demanded(self, name: str) -> bool:
        """Whether a password alone is not enough. While the ODB is away it is as it was just before.

        Raises Unavailable where that was never known.
        """
        try:
            self._known = self._factors.confirmed()
        except Unavailable:
            if self._known is None:
                raise
        return name in self._known

    def of(self, name: str) -> Factor | None:
        """The second factor that somebody has, or is about to have."""
        return self._factors.get(name)

    def begin(self, name: str, *, by: Author) -> NewSecret:
        """Makes a secret, which is demanded once it is confirmed. Raises Conflict where one is confirmed already."""
        made = new_secret(name, self._issuer)
        encrypted = self._box.encrypt(made.secret, kind=_KIND, name=name, field=_FIELD)
        self._factors.begin(name, encrypted, self._clock.now(), self._entry("begin-totp", name, by))
        return made

    def confirm(self, name: str, code: str, *, session: str | None, by: Author) -> tuple[str, ...]:
        """The recovery codes, this once. All sessions but `session` have ended, since they were opened without a code.

        Raises WrongCode, TooManyRequests, and NotFound where there is nothing to be confirmed.
        """
        factor = self._factors.get(name)
        if factor is None or factor.confirmed is not None:
            raise NotFound(f"{name} has no second factor that is to be confirmed.", code="totp-not-begun")
        self._attempt(name)
        step = step_of(self._opened(name, factor), written(code), self._clock.now())
        if step is None:
            raise WrongCode
        codes = new_recovery_codes()
        digests = [recovery_digest(each) for each in codes]
        entry = self._entry("confirm-totp", name, by)
        if not self._factors.confirm(name, step, digests, self._clock.now(), entry, session=session):
            raise NotFound(f"{name} has no second factor that is to be confirmed.", code="totp-not-begun")
        return codes

    def check(self, name: str, code: str, *, by: Author) -> None:
        """Raises WrongCode for what is no code of the moment or was used before, TooManyRequests after many of them."""
        factor = self._factors.get(name)
        if factor is None or factor.confirmed is None:
            raise WrongCode
        self._attempt(name)
        given = written(code)
        if is_code(given):
            step = step_of(self._opened(name, factor), given, self._clock.now())
            right = step is not None and self._factors.accept(name, step)
        else:
            right = self._factors.spend(name, recovery_digest(given), self._entry("use-totp-recovery", name, by))
        if not right:
            raise WrongCode

    def remove(self, name: str, *, by: Author) -> None:
        """The password alone is enough again, and all sessions have ended. Raises NotFound."""
        if not self._factors.remove(name, self._entry("disable-totp", name, by)):
            raise NotFound(f"{name[:120]!r} has no second factor.", code="no-totp")

    def _attempt(self, name: str) -> None:
        if not self._factors.attempt(name, self._clock.now(), most=ATTEMPTS_MAX, pause=PAUSE):
            minutes = int(PAUSE.total_seconds() // 60)
            raise TooManyRequests(
                f"Too many wrong codes were sent for {name}; try again in {minutes} minutes.",
                code="too-many-wrong-codes",
                retry_after_seconds=int(PAUSE.total_seconds()),
            )

    def _opened(self, name: str, factor: Factor) -> str:
        return self._box.decrypt(factor.secret, kind=_KIND, name=name, field=_FIELD)

    def _entry(self, action: str, name: str, by: Author) -> AuditEntry:
        entry = AuditEntry(self._clock.now(), by.principal, by.cid, action, f"security-basic:{name}"[:255], "ok")
        return replace(entry, origin=by.origin)
