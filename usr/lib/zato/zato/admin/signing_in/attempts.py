"""Tries to sign in are counted."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from zato.admin.signing_in.lockout import WINDOW, Attempt, locked_until
from zato.admin.store.models import FailedSignIn


def begin(attempt: Attempt, now: datetime) -> FailedSignIn | datetime:
    """Counts it as wrong, before it is looked at, or says until when nothing is looked at.

    So of many at the same time no more are looked at than one after the other would be.
    """
    with transaction.atomic():
        FailedSignIn.objects.filter(at__lt=now - WINDOW).delete()
        rows = FailedSignIn.objects.filter(cluster=attempt.cluster)
        failed = rows.filter(Q(name=attempt.name) | Q(address=attempt.address)).values_list("name", "address", "at")
        until = locked_until(attempt, failed, now)
        if until is not None:
            return until
        return FailedSignIn.objects.create(cluster=attempt.cluster, name=attempt.name, address=attempt.address, at=now)


def succeeded(attempt: Attempt) -> None:
    """What somebody has mistyped before counts no more."""
    FailedSignIn.objects.filter(cluster=attempt.cluster, name=attempt.name, address=attempt.address).delete()
