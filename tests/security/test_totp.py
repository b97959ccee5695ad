"""One-time passwords, by the vectors of RFC 6238."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest

from zato.security.totp import code_at, is_code, new_recovery_codes, new_secret, recovery_digest, step_of, written

SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("seconds", "code"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    assert code_at(SECRET, datetime.fromtimestamp(seconds, UTC)) == code


def test_a_code_is_of_its_period_and_taken_in_those_beside_it() -> None:
    now = datetime(2027, 1, 1, tzinfo=UTC)
    step = int(now.timestamp()) // 30
    for seconds, found in ((-31, None), (-30, step), (0, step), (30, step), (59, step), (60, None)):
        assert step_of(SECRET, code_at(SECRET, now), now + timedelta(seconds=seconds)) == found
    for wrong in ("", "28708", "\ud800", "287082x", "²87082"):
        assert step_of(SECRET, wrong, now) is None
        assert not is_code(wrong)


def test_secrets_and_recovery_codes_are_new_each_time() -> None:
    one, other = new_secret("jane", "Zato"), new_secret("jane", "Zato")
    assert one.secret != other.secret
    assert len(base64.b32decode(one.secret)) == 20
    assert one.secret not in repr(one)
    codes = new_recovery_codes()
    assert len(set(codes)) == 10
    assert recovery_digest(codes[0].upper().replace("-", " ")) == recovery_digest(codes[0])
    assert not is_code(written(codes[0]))
