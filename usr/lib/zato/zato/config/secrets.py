"""Secrets at rest: encrypted where Zato must send them on, hashed where it only compares them."""

from __future__ import annotations

import base64
import binascii
import contextlib
import hmac
import os
import secrets
import stat
from hashlib import sha256
from pathlib import Path

import bcrypt
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from zato.config.codec import ENCRYPTED
from zato.core.errors import InvalidInput, SetupError
from zato.host.systemd import handed_over

KEY_BYTES = 32
# About 8 ms. All hashes have this cost, and so has the one that nobody's password matches: otherwise the time that a
# refusal takes would tell whether there is a user of that name.
BCRYPT_COST = 7

_NONCE_BYTES = 12
_BCRYPT_DIGEST_CHARACTERS = 31


class SecretBox:
    """Encrypts texts with AES-256-GCM (NIST SP 800-38D); a encrypted text opens only for the same kind, name and field.

    And, where it was encrypted with a text that it is `bound` to, only with the same one.

    The nonce is derived from the text and what it is for, so that encrypting twice gives the same string: an export
    of the same state is the same file, and a nonce is never shared by two different texts. All that equal strings
    tell is that one field of one item has the same secret as before.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"The key must have {KEY_BYTES} bytes, not {len(key)}")
        self._cipher = AESGCM(HKDFExpand(SHA256(), KEY_BYTES, b"zato sealing").derive(key))
        self._nonce_key = HKDFExpand(SHA256(), KEY_BYTES, b"zato nonce").derive(key)

    def encrypt(self, text: str, *, kind: str, name: str, field: str, bound: str = "") -> str:
        """The text encrypted, as "sealed:" and URL-safe base64."""
        plain, context = text.encode(), _context(kind, name, field, bound)
        nonce = hmac.digest(self._nonce_key, context + b"\x00" + plain, sha256)[:_NONCE_BYTES]
        return ENCRYPTED + base64.urlsafe_b64encode(nonce + self._cipher.encrypt(nonce, plain, context)).decode()

    def decrypt(self, encrypted: str, *, kind: str, name: str, field: str, bound: str = "") -> str:
        """The text. Raises InvalidInput where it was encrypted with another key, for another field, or was changed."""
        try:
            text = encrypted.removeprefix(ENCRYPTED).encode("ascii")
            raw = base64.b64decode(text, altchars=b"-_", validate=True)
            if base64.urlsafe_b64encode(raw) != text:  # Python takes + and / for - and _, too
                raise ValueError("It is not in the form in which it was sealed.")
            plain = self._cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], _context(kind, name, field, bound))
        except (InvalidTag, ValueError, binascii.Error) as error:
            raise InvalidInput(
                f"The sealed {field} of the {kind} {name!r} cannot be opened: it was sealed with another "
                "cluster's key, for another item or other fields of it, or was changed. Give the secret itself.",
                code="secret-not-opened",
            ) from error
        return plain.decode()


def _context(kind: str, name: str, field: str, bound: str) -> bytes:
    return "\x00".join((kind, name, field, bound) if bound else (kind, name, field)).encode()


def hash_password(password: str) -> str:
    """A bcrypt hash ("$2b$07$..."); the password has 72 bytes at most."""
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(BCRYPT_COST)).decode()


def unmatched_hash() -> str:
    """A hash that costs as much to compare with as others, and that no password is known to match."""
    return bcrypt.gensalt(BCRYPT_COST).decode() + "." * _BCRYPT_DIGEST_CHARACTERS


def password_matches(password: str | bytes, hashed: str) -> bool:
    """Whether the hash is one of this password."""
    try:
        return bcrypt.checkpw(password.encode() if isinstance(password, str) else password, hashed.encode())
    except ValueError:  # longer than 72 bytes, or not a hash
        return False


def generate_secret() -> str:
    """A new secret with 256 bits of randomness, safe in headers and URLs."""
    return secrets.token_urlsafe(32)


def create_key(path: Path) -> bytes:
    """A new key in that file, with mode 0600; the one that is there where there is one. Processes may race.

    Only for a cluster that is being made: with a key of its own, nothing that an older one has encrypted can be opened.
    """
    if not path.exists():
        temporary = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
                file.flush()
                os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):  # another process was first: its key is the one
                os.link(temporary, path)
        finally:
            temporary.unlink()
    return load_key(path)


def check_value(key: bytes) -> str:
    """Tells keys apart, and nothing about them: 64 hexadecimal digits."""
    return HKDFExpand(SHA256(), KEY_BYTES, b"zato check").derive(key).hex()


def load_key(path: Path) -> bytes:
    """The key in that file, or in systemd's copy of it. Raises SetupError where there is none.

    Where others than its owner can read the file, it is refused, too.
    """
    copy = handed_over(path)
    data = _guarded(path) if copy is None else copy.read_bytes()
    try:
        key = base64.b64decode(data.strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise SetupError(f"The file {path} is not a key of Zato; restore it from a backup, secrets need it.")
    return key


def _guarded(path: Path) -> bytes:
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise SetupError(f"The key file {path} can be read by others than its owner; run: chmod 600 {path}")
        return path.read_bytes()
    except FileNotFoundError:
        raise SetupError(
            f"The key file {path} is missing; restore it from a backup, for nothing else opens the cluster's secrets.",
            code="key-missing",
        ) from None
    except PermissionError:
        raise SetupError(
            f"The key file {path} is root's alone: run this as root, or in a unit that has it as a credential.",
            code="key-not-readable",
        ) from None
