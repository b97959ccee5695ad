"""A backup under a passphrase: with it, all of it; without it, or where anything was changed, nothing."""

from __future__ import annotations

import io

import pytest

from zato.backup.encryption import CHUNK_BYTES, MAGIC, DecryptingReader, EncryptingWriter, is_encrypted
from zato.core.errors import InvalidInput

HEADING = len(MAGIC) + 1 + 16 + 7
PIECE = CHUNK_BYTES + 16


def encrypted(data: bytes, passphrase: bytes = b"correct horse") -> bytes:
    target = io.BytesIO()
    writer = EncryptingWriter(target, passphrase, cost=4)
    for start in range(0, len(data), 10_000):
        writer.write(data[start : start + 10_000])
    writer.finish()
    return target.getvalue()


def decrypted(data: bytes, passphrase: bytes = b"correct horse") -> bytes:
    return DecryptingReader(io.BytesIO(data), passphrase).readall()


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES, 250_000])
def test_what_was_encrypted_is_decrypted(size: int) -> None:
    data = bytes(index % 251 for index in range(size))
    assert decrypted(encrypted(data)) == data
    assert is_encrypted(encrypted(data)[: len(MAGIC)])


def test_nothing_is_decrypted_with_another_passphrase() -> None:
    with pytest.raises(InvalidInput) as caught:
        decrypted(encrypted(b"x"), b"another")
    assert caught.value.code == "backup-not-decrypted"


def test_it_says_nothing_twice() -> None:
    assert encrypted(b"x" * 1000)[HEADING:] != encrypted(b"x" * 1000)[HEADING:]


THREE = encrypted(bytes(3 * CHUNK_BYTES))
CHANGED = {
    "heading": lambda data: data[: HEADING - 1] + bytes((data[HEADING - 1] ^ 1,)) + data[HEADING:],
    "cost": lambda data: data[: len(MAGIC)] + bytes((60,)) + data[len(MAGIC) + 1 :],
    "content": lambda data: data[:-20] + bytes((data[-20] ^ 1,)) + data[-19:],
    "a chunk left out": lambda data: data[:HEADING] + data[HEADING + PIECE :],
    "chunks exchanged": lambda data: (
        data[:HEADING] + data[HEADING + PIECE : HEADING + 2 * PIECE] + data[HEADING : HEADING + PIECE]
    ),
    "cut between chunks": lambda data: data[: HEADING + 2 * PIECE],
    "cut within a chunk": lambda data: data[: HEADING + PIECE + 100],
    "cut in the heading": lambda data: data[:20],
    "something behind it": lambda data: data + b"x",
    "nothing but a heading": lambda data: data[:HEADING],
}


@pytest.mark.parametrize("how", CHANGED)
def test_nothing_that_was_changed_is_whole(how: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        decrypted(CHANGED[how](THREE))
    assert caught.value.code == "backup-not-decrypted"
