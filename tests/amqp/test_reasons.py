"""Why a connection to a message broker ended, in words that say what to look at."""

from __future__ import annotations

import errno
import ssl

import pytest
from pika import exceptions

from zato.amqp.reasons import reason_of


class Several(Exception):
    """As pika raises it where it has tried several addresses."""

    def __init__(self, *errors: BaseException) -> None:
        super().__init__("workflow failed")
        self.exceptions = errors


class Phase(Exception):
    """As pika raises it for the phase of connecting that failed."""

    def __init__(self, error: BaseException) -> None:
        super().__init__("phase failed")
        self.exception = error


def not_verified() -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_message = "self-signed certificate"
    return error


def no_tls(reason: str) -> ssl.SSLError:
    error = ssl.SSLError(1, "an error of OpenSSL")
    error.reason = reason
    return error


REFUSED = ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            exceptions.ConnectionClosedByBroker(320, "CONNECTION_FORCED - shut down."),
            "it said CONNECTION_FORCED - shut down",
        ),
        (exceptions.ChannelClosedByBroker(404, "NOT_FOUND - no queue"), "it said NOT_FOUND - no queue"),
        (exceptions.ProbableAuthenticationError(), "it has no user of this certificate's name"),
        (exceptions.ProbableAccessDeniedError(), "it has no such virtual host, or this user may not use it"),
        (exceptions.AMQPHeartbeatTimeout("x"), "it was not heard of any more"),
        (exceptions.StreamLostError("x"), "the connection was lost"),
        (
            exceptions.IncompatibleProtocolError(),
            "it ended the connection at once: no TLS, or it does not accept this certificate",
        ),
        (not_verified(), "its certificate is not accepted: self-signed certificate"),
        (no_tls("WRONG_VERSION_NUMBER"), "no TLS with it: WRONG_VERSION_NUMBER"),
        (ssl.SSLError("made by Python"), "no TLS with it: ('made by Python',)"),
        (REFUSED, "Connection refused"),
        (OSError("no details"), "no details"),
        (ValueError("Something else."), "Something else"),
        (ValueError(), "ValueError"),
    ],
)
def test_what_has_happened_is_half_a_sentence(error: BaseException, said: str) -> None:
    assert reason_of(error).startswith(said)
    assert not reason_of(error).endswith(".")


@pytest.mark.parametrize(
    "error",
    [
        Phase(REFUSED),
        Several(ValueError("the first address"), Phase(REFUSED)),
        exceptions.AMQPConnectionError(Several(REFUSED)),
        exceptions.AMQPConnectionError(Phase(Phase(REFUSED))),
    ],
)
def test_layers_around_it_do_not_hide_it_and_the_last_address_that_was_tried_counts(error: BaseException) -> None:
    assert reason_of(error) == "Connection refused"
