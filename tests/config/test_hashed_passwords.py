"""No password is hashed twice, and what is remembered of them is of no use to others."""

from __future__ import annotations

import os
import threading

import pytest

from support.waiting import PATIENCE_SECONDS
from zato.config.hashed_passwords import HashedPasswords, in_parallel
from zato.config.secrets import hash_password, password_matches

ITEM = {"kind": "security-basic", "name": "anna", "field": "password"}


class Counting:
    def __init__(self) -> None:
        self.hashed = 0
        self.compared = 0
        self.passwords = HashedPasswords(self._hash, self._matches)

    def _hash(self, password: str) -> str:
        self.hashed += 1
        return hash_password(password)

    def _matches(self, password: str, hashed: str) -> bool:
        self.compared += 1
        return password_matches(password, hashed)


@pytest.fixture
def counting() -> Counting:
    return Counting()


def test_a_password_that_was_hashed_is_known_by_its_hash(counting: Counting) -> None:
    stored = counting.passwords.hash_of("secret", None, **ITEM)
    assert password_matches("secret", stored)
    assert counting.passwords.hash_of("secret", stored, **ITEM) == stored
    assert (counting.hashed, counting.compared) == (1, 0)


def test_what_was_rehearsed_is_not_hashed_again(counting: Counting) -> None:
    rehearsed = counting.passwords.hash_of("secret", None, **ITEM)
    assert counting.passwords.hash_of("secret", None, **ITEM) == rehearsed
    assert counting.hashed == 1


def test_a_stored_hash_is_compared_once(counting: Counting) -> None:
    stored = hash_password("secret")
    for _ in range(3):
        assert counting.passwords.hash_of("secret", stored, **ITEM) == stored
    assert (counting.hashed, counting.compared) == (0, 1)


def test_another_password_gets_another_hash(counting: Counting) -> None:
    stored = counting.passwords.hash_of("secret", None, **ITEM)
    other = counting.passwords.hash_of("other", stored, **ITEM)
    assert other != stored
    assert password_matches("other", other)


def test_the_same_password_of_another_item_has_a_hash_of_its_own(counting: Counting) -> None:
    stored = counting.passwords.hash_of("secret", None, **ITEM)
    assert counting.passwords.hash_of("secret", None, **{**ITEM, "name": "ben"}) != stored
    assert counting.hashed == 2


def test_a_stored_hash_that_is_another_one_by_now_is_compared(counting: Counting) -> None:
    counting.passwords.hash_of("secret", None, **ITEM)
    elsewhere = hash_password("secret")
    assert counting.passwords.hash_of("secret", elsewhere, **ITEM) == elsewhere
    assert counting.compared == 1


def test_processes_that_were_forked_afterwards_share_it(counting: Counting) -> None:
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.write(writing, counting.passwords.hash_of("secret", None, **ITEM).encode())
        os._exit(0)
    os.waitpid(child, 0)
    stored = os.read(reading, 100).decode()
    os.close(reading)
    os.close(writing)
    assert counting.passwords.hash_of("secret", stored, **ITEM) == stored
    assert (counting.hashed, counting.compared) == (0, 0)


def test_what_was_written_over_in_part_is_not_believed(counting: Counting) -> None:
    stored = counting.passwords.hash_of("secret", None, **ITEM)
    memory = counting.passwords._memory
    at = memory.find(stored.encode())
    memory[at + 30] ^= 1
    again = counting.passwords.hash_of("secret", None, **ITEM)
    assert counting.hashed == 2
    assert password_matches("secret", again)


def test_nothing_of_a_password_is_in_the_memory_they_share(counting: Counting) -> None:
    counting.passwords.hash_of("a-long-secret", None, **ITEM)
    assert counting.passwords._memory.find(b"a-long-secret") == -1


def test_thousands_are_remembered_and_no_more_than_there_is_room_for() -> None:
    made: list[str] = []

    def hash_password(password: str) -> str:
        made.append(password)
        return f"{password:.<60}"

    passwords = HashedPasswords(hash_password, lambda *_: False)
    for _ in range(2):
        for n in range(5000):
            passwords.hash_of(f"secret-{n}", None, **{**ITEM, "name": f"user-{n}"})
    assert len(made) < 5000 * 1.05
    for n in range(30_000):
        passwords.hash_of(f"secret-{n}", None, **{**ITEM, "name": f"more-{n}"})


def test_several_are_hashed_at_the_same_time() -> None:
    both = threading.Barrier(len(os.sched_getaffinity(0)))
    assert len(in_parallel([lambda: both.wait(PATIENCE_SECONDS)] * both.parties)) == both.parties


def test_what_one_of_them_raises_is_raised() -> None:
    def fail() -> None:
        raise ValueError("not this one")

    with pytest.raises(ValueError, match="not this one"):
        in_parallel([lambda: None, fail])
