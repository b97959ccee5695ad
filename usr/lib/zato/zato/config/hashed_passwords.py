"""Hashes of passwords that are to be stored: no password is hashed twice, and those of many users are in parallel."""

from __future__ import annotations

import contextlib
import hmac
import mmap
import os
import secrets
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import TypeVar

from zato.config.secrets import hash_password, password_matches

T = TypeVar("T")

_KEY_BYTES = 32
_PROOF_BYTES = 32
_HASH_BYTES = 60  # of bcrypt in its text form
_SLOT_BYTES = 2 * _PROOF_BYTES + _HASH_BYTES
_SLOTS_IN_SET = 8
_SETS = 2048
# As for passwords that are verified: requests come first
_NICE = 10


class HashedPasswords:
    """Remembers which hash was made of which password of which item, as HMACs under a key that is nowhere else.

    So who reads the ODB, or has its key, can guess no faster than by hashing. Processes share it that were forked after
    it was made, and threads. What is forgotten, as others need the place, is hashed again.
    """

    def __init__(
        self,
        hash_: Callable[[str], str] = hash_password,
        matches: Callable[[str, str], bool] = password_matches,
    ) -> None:
        self._hash = hash_
        self._matches = matches
        self._key = secrets.token_bytes(_KEY_BYTES)
        self._memory = mmap.mmap(-1, _SETS * _SLOTS_IN_SET * _SLOT_BYTES)

    def hash_of(self, password: str, current: str | None, *, kind: str, name: str, field: str) -> str:
        """The hash to store where `current` is stored: that one itself if the password is the same."""
        proof = hmac.digest(self._key, "\0".join((kind, name, field, password)).encode(), sha256)
        known = self._find(proof)
        if current is not None and (known == current or self._matches(password, current)):
            hashed = current
        else:
            hashed = known or self._hash(password)
        if hashed != known:
            self._keep(proof, hashed)
        return hashed

    def _find(self, proof: bytes) -> str | None:
        for start in self._set_of(proof):
            slot = self._memory[start : start + _SLOT_BYTES]
            hashed = slot[_PROOF_BYTES:-_PROOF_BYTES]
            # Whoever wrote it may have been interrupted, or another one have written to it at the same time
            if slot.startswith(proof) and hmac.compare_digest(slot[-_PROOF_BYTES:], self._vouch(proof, hashed)):
                return hashed.decode()
        return None

    def _keep(self, proof: bytes, hashed: str) -> None:
        content = hashed.encode()
        if len(content) != _HASH_BYTES:  # one that an earlier release or another program has made
            return
        starts = self._set_of(proof)
        same = (start for start in starts if self._memory[start : start + _PROOF_BYTES] == proof)
        free = (start for start in starts if not any(self._memory[start : start + _PROOF_BYTES]))
        start = next(same, None) or next(free, None) or secrets.choice(starts)
        self._memory[start : start + _SLOT_BYTES] = proof + content + self._vouch(proof, content)

    def _vouch(self, proof: bytes, hashed: bytes) -> bytes:
        return hmac.digest(self._key, proof + hashed, sha256)

    def _set_of(self, proof: bytes) -> range:
        first = int.from_bytes(proof[:4], "big") % _SETS * _SLOTS_IN_SET * _SLOT_BYTES
        return range(first, first + _SLOTS_IN_SET * _SLOT_BYTES, _SLOT_BYTES)


def in_parallel(work: Iterable[Callable[[], T]]) -> list[T]:
    """What the calls return, in their order; as many at a time as there are processors. Raises what one of them raises.

    bcrypt lets go of the interpreter's lock.
    """
    pool = ThreadPoolExecutor(len(os.sched_getaffinity(0)), "hashing", initializer=_give_way)
    try:
        return [one.result() for one in [pool.submit(call) for call in work]]
    finally:
        pool.shutdown(cancel_futures=True)


def _give_way() -> None:
    with contextlib.suppress(PermissionError):  # a sandbox may forbid even to be more patient
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
