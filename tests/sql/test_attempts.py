"""A host name that stands for several addresses: what is said is of the one that came the furthest."""

from __future__ import annotations

import psycopg2
import pytest

from zato.connector.sql.failure import connect_failure
from zato.sql.attempts import telling_line

REFUSED = (
    'connection to server at "localhost" (::1), port 5432 failed: Connection refused\n'
    "\tIs the server running on that host and accepting TCP/IP connections?\n"
)
LATE = 'connection to server at "localhost" (127.0.0.1), port 5432 failed: timeout expired\n'
TLS = 'connection to server at "localhost" (127.0.0.1), port 5432 failed: SSL error: certificate verify failed\n'
FATAL = 'connection to server at "localhost" (127.0.0.1), port 5432 failed: FATAL:  password authentication failed\n'


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (REFUSED + TLS, TLS),
        (TLS + REFUSED, TLS),
        (REFUSED + LATE, LATE),
        (LATE + FATAL, FATAL),
        (REFUSED, REFUSED),
        (REFUSED + REFUSED.replace("::1", "127.0.0.1"), REFUSED),
        ("no such table: a\nand more", "no such table: a"),
        ("", ""),
    ],
)
def test_the_line_that_tells_the_most(text: str, line: str) -> None:
    assert telling_line(text) == line.partition("\n")[0]


@pytest.mark.parametrize(
    ("text", "stage", "retriable"),
    [
        (REFUSED, "connect", True),
        (REFUSED + LATE, "connect", True),
        (REFUSED + TLS, "tls", False),
        (REFUSED + FATAL, "authentication", False),
    ],
)
def test_the_stage_is_that_of_this_line(text: str, stage: str, retriable: bool) -> None:
    failure = connect_failure(psycopg2.OperationalError(text), strict=False)
    assert (failure.stage, failure.retriable) == (stage, retriable)
