"""Whatever proves who somebody is counts as wrong until it was right."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.utils.timezone import now

from zato.admin.signing_in.attempts import begin, succeeded
from zato.admin.signing_in.lockout import Attempt
from zato.core.errors import Forbidden, Unauthorized
from zato.host.logs import get_logger

_log = get_logger("zato.admin")


@contextmanager
def counted(attempt: Attempt) -> Iterator[None]:
    """What is within counts as wrong unless it succeeds, or the cluster could not say. Raises Forbidden(locked-out)."""
    found = begin(attempt, now())
    if isinstance(found, datetime):
        minutes = max(1, round((found - now()).total_seconds() / 60))
        raise Forbidden(
            f"Too many wrong passwords came for this name, or from your address. Try again in {minutes} min.",
            code="locked-out",
        )
    try:
        yield
    except BaseException as error:
        if isinstance(error, Unauthorized) or (isinstance(error, Forbidden) and error.code != "totp-needed"):
            _log.warning("Somebody could not sign in to the console", principal=attempt.name, address=attempt.address)
        else:
            found.delete()
        raise
    else:
        succeeded(attempt)
