"""What the internal door's client writes, the door reads: of this release, and of the one before."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from zato.core.errors import InvalidInput
from zato.core.origin import Asker, Origin
from zato.internal.invocation import Invocation, headers_of, origin_of

ID = "0af7651916cd43dd8448eb211c80319c"
MESSAGE = Origin(Asker.MESSAGE, ID, redelivered=True, attempt=3)


def environ_of(origin: Origin) -> dict[str, Any]:
    headers = headers_of(Invocation(origin, "demo.echo", b"{}", "cid-1", "Ján"), "listener")
    return {"HTTP_" + name.upper().replace("-", "_"): value for name, value in headers.items()}


@pytest.mark.parametrize("asker", Asker)
def test_what_was_written_is_read(asker: Asker) -> None:
    origin = replace(MESSAGE, asker=asker, name="" if asker is Asker.MESSAGE else "żółw, nightly")
    assert origin_of(environ_of(origin)) == origin


def test_one_that_does_not_say_what_it_is_is_a_message_of_an_earlier_release() -> None:
    environ = environ_of(MESSAGE)
    del environ["HTTP_X_ZATO_ORIGIN"], environ["HTTP_X_ZATO_ORIGIN_NAME"]
    assert origin_of(environ) == MESSAGE


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("ORIGIN", "cron"),
        ("ORIGIN", ""),
        ("ORIGIN_NAME", "x" * 501),
        ("MESSAGE_ID", "nightly"),
        ("MESSAGE_ID", ""),
        ("ATTEMPT", "0"),
        ("REDELIVERED", "yes"),
    ],
)
def test_what_no_client_sends_is_refused(header: str, value: str) -> None:
    with pytest.raises(InvalidInput):
        origin_of(environ_of(MESSAGE) | {f"HTTP_X_ZATO_{header}": value})


def test_the_longest_name_is_taken() -> None:
    job = Origin(Asker.JOB, "nightly@1", redelivered=False, attempt=999_999_999, name="x" * 500)
    assert origin_of(environ_of(job)) == job


def test_ids_of_jobs_are_their_own() -> None:
    job = Origin(Asker.JOB, "nightly@2026-11-25T02:30:00Z", redelivered=False, attempt=1, name="nightly")
    assert origin_of(environ_of(job)) == job
    with pytest.raises(InvalidInput):
        origin_of(environ_of(job) | {"HTTP_X_ZATO_MESSAGE_ID": "two words"})
