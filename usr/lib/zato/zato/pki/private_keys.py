"""Private keys that others have written: read without what takes minutes.

To find out whether the numbers of a key are primes takes minutes, and all threads of the process wait meanwhile.
Nothing is gained by it: a key that is none fails where it is used.
"""

from __future__ import annotations

import base64
import binascii
import re

from cryptography.exceptions import InternalError, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_private_key

_KEY = re.compile(r"-----BEGIN ([A-Z0-9. ]{0,40}PRIVATE KEY)-----([^-]*)-----END \1-----")
_OF_ONE_ALGORITHM = frozenset({"RSA PRIVATE KEY", "EC PRIVATE KEY"})
_OF_ANY = "PRIVATE KEY"
# Others have parameters that are tested for primes
ALGORITHMS = {
    name: bytes.fromhex(encoded)
    for name, encoded in (
        ("1.2.840.113549.1.1.1", "2a864886f70d010101"),
        ("1.2.840.113549.1.1.10", "2a864886f70d01010a"),
        ("1.2.840.10045.2.1", "2a8648ce3d0201"),
        ("1.3.101.112", "2b6570"),
        ("1.3.101.113", "2b6571"),
    )
}
"""RSA, RSASSA-PSS, elliptic curves, Ed25519 and Ed448, by their object identifiers; and these as DER has them."""
_SEQUENCE, _INTEGER, _IDENTIFIER = 0x30, 0x02, 0x06


def load_private_key(pem: bytes) -> PrivateKeyTypes:
    """The one private key in PEM, which is not encrypted and of ALGORITHMS, at once whatever is in it.

    Raises ValueError for anything else.
    """
    try:
        return load_pem_private_key(_only_key(pem.decode()), password=None, unsafe_skip_rsa_key_validation=True)
    except (TypeError, UnsupportedAlgorithm, InternalError, binascii.Error) as error:
        raise ValueError("It is not a private key that can be used.") from error


def _only_key(pem: str) -> bytes:
    found = _KEY.findall(pem)
    if len(found) != 1 or pem.count("PRIVATE KEY-----") != 2:
        raise ValueError("There is not one private key.")
    label, body = found[0]
    der = base64.b64decode("".join(body.split()), validate=True)
    if label not in _OF_ONE_ALGORITHM and not (label == _OF_ANY and _algorithm_of(der) in ALGORITHMS.values()):
        raise ValueError("Its algorithm is none of those that are taken.")
    return f"-----BEGIN {label}-----\n{base64.encodebytes(der).decode()}-----END {label}-----\n".encode()


def _algorithm_of(der: bytes) -> bytes | None:
    """What a PrivateKeyInfo (RFC 5208) says that the key is for; None where it is none."""
    inner = _content(der, _SEQUENCE)
    version = None if inner is None else _content(inner, _INTEGER)
    if inner is None or version is None:
        return None
    algorithm = _content(inner[2 + len(version) :], _SEQUENCE)
    return None if algorithm is None else _content(algorithm, _IDENTIFIER)


def _content(der: bytes, tag: int) -> bytes | None:
    """Of the first element of DER, where it has that tag."""
    if len(der) < 2 or der[0] != tag:
        return None
    length, start = der[1], 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(der[2:start], "big")
    return der[start : start + length] if start + length <= len(der) else None
