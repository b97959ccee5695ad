"""Which trace a request belongs to (W3C Trace Context, section 3.2.2)."""

from __future__ import annotations

import re

import pytest

from zato.core.correlation import cid_from_traceparent, new_cid

TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.mark.parametrize("version", ["00", "01", "fe"])
def test_the_trace_of_a_parent_is_the_correlation_id(version: str) -> None:
    assert cid_from_traceparent(f"{version}-{TRACE}-b7ad6b7169203331-01") == TRACE


@pytest.mark.parametrize(
    "traceparent",
    [
        "",
        TRACE,
        f"00-{TRACE}-b7ad6b7169203331",
        f"00-{TRACE}-b7ad6b7169203331-01\n",
        f" 00-{TRACE}-b7ad6b7169203331-01",
        f"00-{TRACE.upper()}-b7ad6b7169203331-01",
        f"00-{'0' * 32}-b7ad6b7169203331-01",
        f"00-{TRACE[1:]}-b7ad6b7169203331-01",
    ],
)
def test_what_is_no_parent_has_no_trace(traceparent: str) -> None:
    assert cid_from_traceparent(traceparent) is None


def test_a_new_one_is_as_long_as_that_of_a_trace_and_always_another() -> None:
    assert re.fullmatch(r"[0-9a-f]{32}", new_cid())
    assert new_cid() != new_cid()
