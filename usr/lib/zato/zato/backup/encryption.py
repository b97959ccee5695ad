"""A backup under a passphrase: scrypt, then AES-256-GCM in chunks (STREAM, by Hoang and others, 2015).

The file is the heading, and chunks of ciphertext of CHUNK_BYTES + 16 each; the last one is shorter, or has nothing but
its tag. The nonce of a chunk is the heading's, the chunk's number, and whether it is the last, so none can be left out,
moved, or be the end where there were more. The heading is authenticated with each chunk.
"""

from __future__ import annotations

import io
import os
import struct
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from zato.core.errors import InvalidInput

MAGIC = b"zato-backup-encrypted-1\n"
CHUNK_BYTES = 64 * 1024
_COST = 16  # log2; 64 MiB and a fifth of a second, for whoever guesses as well
_COST_MAX = 20
_SALT_BYTES, _NONCE_BYTES, _TAG_BYTES = 16, 7, 16
_HEADING = struct.Struct(f"!{len(MAGIC)}sB{_SALT_BYTES}s{_NONCE_BYTES}s")


class EncryptingWriter(io.RawIOBase):
    """Whatever is written is encrypted; `finish` writes the last chunk, without which nothing is complete."""

    def __init__(self, target: BinaryIO, passphrase: bytes, *, cost: int = _COST) -> None:
        salt, self._nonce = os.urandom(_SALT_BYTES), os.urandom(_NONCE_BYTES)
        self._heading = _HEADING.pack(MAGIC, cost, salt, self._nonce)
        self._cipher = AESGCM(_key(passphrase, salt, cost))
        self._target = target
        self._waiting = bytearray()
        self._number = 0
        target.write(self._heading)

    def writable(self) -> bool:
        return True

    def write(self, data: bytes | bytearray | memoryview, /) -> int:  # type: ignore[override]
        self._waiting += data
        while len(self._waiting) > CHUNK_BYTES:  # never all of it: the last chunk is told from the others
            self._put(bytes(self._waiting[:CHUNK_BYTES]), last=False)
            del self._waiting[:CHUNK_BYTES]
        return len(data)

    def finish(self) -> None:
        self._put(bytes(self._waiting), last=True)

    def _put(self, chunk: bytes, *, last: bool) -> None:
        nonce = _nonce(self._nonce, self._number, last=last)
        self._target.write(self._cipher.encrypt(nonce, chunk, self._heading))
        self._number += 1


class DecryptingReader(io.RawIOBase):
    """What was written, as long as each chunk is authentic. Raises InvalidInput for anything else."""

    def __init__(self, source: BinaryIO, passphrase: bytes) -> None:
        self._heading = source.read(_HEADING.size)
        if len(self._heading) != _HEADING.size:
            raise _refused()
        _, cost, salt, self._nonce = _HEADING.unpack(self._heading)
        if not 1 <= cost <= _COST_MAX:
            raise _refused()
        self._cipher = AESGCM(_key(passphrase, salt, cost))
        self._source = source
        self._ahead = source.read(CHUNK_BYTES + _TAG_BYTES)
        self._chunk = memoryview(b"")
        self._number = 0
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        while not self._chunk and not self._ended:
            self._chunk = memoryview(self._take())
        count = min(len(buffer), len(self._chunk))
        buffer[:count] = self._chunk[:count]
        self._chunk = self._chunk[count:]
        return count

    def _take(self) -> bytes:
        chunk, self._ahead = self._ahead, self._source.read(CHUNK_BYTES + _TAG_BYTES)
        self._ended = not self._ahead
        try:
            plain = self._cipher.decrypt(_nonce(self._nonce, self._number, last=self._ended), chunk, self._heading)
        except (InvalidTag, ValueError) as error:
            raise _refused() from error
        self._number += 1
        return plain


def is_encrypted(beginning: bytes) -> bool:
    """By a file's first bytes, `len(MAGIC)` of them."""
    return beginning == MAGIC


def _key(passphrase: bytes, salt: bytes, cost: int) -> bytes:
    return Scrypt(salt=salt, length=32, n=2**cost, r=8, p=1).derive(passphrase)


def _nonce(prefix: bytes, number: int, *, last: bool) -> bytes:
    return prefix + struct.pack("!IB", number, last)


def _refused() -> InvalidInput:
    return InvalidInput(
        "The backup cannot be decrypted: the passphrase is another one, or the file was changed or cut off.",
        code="backup-not-decrypted",
    )
