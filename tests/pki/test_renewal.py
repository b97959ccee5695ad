"""When a certificate is renewed: in the last third of its life, and before it has begun."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from support.set_clock import SetClock
from zato.pki.authority import Authority
from zato.pki.components import issue_missing
from zato.pki.renewal import list_certificates


def test_a_certificate_of_a_wrong_clock_is_issued_again(tmp_path: Path) -> None:
    clock, ahead = SetClock(), SetClock()
    Authority(tmp_path, clock).create("zato")
    ahead.advance(timedelta(days=400))
    first = issue_missing(Authority(tmp_path, ahead), hosts=("localhost",), servers=1, clock=ahead)
    readable, _ = list_certificates(tmp_path, clock.now())
    assert {each.name for each in readable if each.due} == set(first)
    assert issue_missing(Authority(tmp_path, clock), hosts=("localhost",), servers=1, clock=clock) == first
    readable, _ = list_certificates(tmp_path, clock.now())
    assert not [each.name for each in readable if each.due]
    assert all(each.not_before <= clock.now() < each.not_after for each in readable)
