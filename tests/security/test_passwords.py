"""A password is hashed once for as long as it is the right one."""

from __future__ import annotations

import statistics
import time
from contextlib import nullcontext

from zato.config.secrets import hash_password
from zato.security.basic import Credentials
from zato.security.hashing import Asking, Hashing
from zato.security.passwords import Passwords

ASKING = Asking("source", None, nullcontext)
OLD, NEW = hash_password("the old one"), hash_password("the new one")


def new(said: list[str] | None = None) -> Passwords:
    return Passwords(Hashing(lambda: 8), (said if said is not None else []).append)


def test_what_was_right_is_known_until_the_hash_is_another() -> None:
    said: list[str] = []
    passwords = new(said)
    joe = Credentials("joe", b"the old one")
    assert not passwords.remembers(joe, OLD)
    assert passwords.match(joe, OLD, ASKING)
    assert passwords.remembers(joe, OLD)
    for hashed in (NEW, hash_password("the old one"), None):
        assert not passwords.remembers(joe, hashed)
    assert not passwords.remembers(Credentials("jane", b"the old one"), OLD)
    assert not passwords.match(joe, NEW, ASKING)
    assert passwords.match(Credentials("joe", b"the new one"), NEW, ASKING)
    assert said == ["right", "wrong", "right"]


def test_a_wrong_password_is_not_remembered() -> None:
    said: list[str] = []
    passwords = new(said)
    for _ in range(2):
        assert not passwords.match(Credentials("joe", b"wrong"), OLD, ASKING)
    assert not passwords.remembers(Credentials("joe", b"wrong"), OLD)
    assert said == ["wrong", "wrong"]


def test_a_name_that_nobody_has_takes_as_long_as_one_that_somebody_has() -> None:
    passwords = new()

    def seconds(user: str, hashed: str | None, number: int) -> float:
        began = time.perf_counter()
        assert not passwords.match(Credentials(user, f"wrong {number}".encode()), hashed, ASKING)
        return time.perf_counter() - began

    known, unknown = [], []
    for number in range(25):
        known.append(seconds("joe", OLD, number))
        unknown.append(seconds("nobody", None, number))
    assert 0.6 < statistics.median(unknown) / statistics.median(known) < 1.6


def test_nothing_that_is_kept_is_a_password() -> None:
    passwords = new()
    assert passwords.match(Credentials("joe", b"the old one"), OLD, ASKING)
    assert "the old one" not in repr([getattr(passwords, name) for name in vars(passwords)])
    other = new()
    assert other.match(Credentials("joe", b"the old one"), OLD, ASKING)
    assert not set(passwords._known) & set(other._known)


def test_what_is_kept_is_bounded() -> None:
    passwords = new()
    for number in range(20_010):
        passwords._remember(str(number).encode())
    assert len(passwords._known) == 20_000
    assert b"20009" in passwords._known


def test_a_known_password_takes_microseconds() -> None:
    passwords = new()
    joe = Credentials("joe", b"the old one")
    assert passwords.match(joe, OLD, ASKING)
    began = time.thread_time()
    for _ in range(1000):
        assert passwords.remembers(joe, OLD)
    assert time.thread_time() - began < 0.1
