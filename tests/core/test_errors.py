"""What of an error is shown to callers outside."""

from __future__ import annotations

import pytest

from zato.core.errors import Conflict, MethodNotAllowed, OutgoingFailed, Unavailable, ZatoError


def test_an_error_that_names_nothing_is_shown_as_it_is() -> None:
    error = Conflict("It was changed.", details=("by joe",))
    assert error.outside() is error


@pytest.mark.parametrize(
    "error",
    [
        Unavailable("The ODB at sqlite:////secret is away.", code="odb-unavailable", retry_after_seconds=7),
        OutgoingFailed("10.1.2.3 refuses.", stage="connect", retriable=True, code="outgoing-timeout"),
        MethodNotAllowed("secret takes GET.", ("GET",)),
    ],
    ids=["unavailable", "outgoing", "method"],
)
def test_what_is_shown_outside_differs_in_its_words_only(error: ZatoError) -> None:
    error.details = ("secret detail",)
    error.message_outside = "Not now."
    shown = error.outside()
    assert type(shown) is type(error)
    assert (shown.message, str(shown), shown.details) == ("Not now.", "Not now.", ())
    kept = {name: value for name, value in vars(error).items() if name not in {"message", "details"}}
    assert kept.items() <= vars(shown).items()
    assert error.details == ("secret detail",)
