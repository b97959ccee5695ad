"""Private keys, small ones, of which it takes minutes to find out that their numbers are primes."""

from __future__ import annotations

import base64


def _der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    size = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([tag]) + (bytes([len(content)]) if len(content) < 128 else bytes([0x80 | len(size)]) + size) + content


def number(value: int) -> bytes:
    return _der(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def pem(label: str, der: bytes) -> str:
    return f"-----BEGIN {label}-----\n{base64.encodebytes(der).decode()}-----END {label}-----\n"


def rsa_of_large_primes(first: int, second: int) -> bytes:
    p, q, e = 2**first - 1, 2**second - 1, 65537  # Mersenne's
    d = pow(e, -1, (p - 1) * (q - 1))
    return _der(0x30, *map(number, (0, p * q, e, d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p))))


def private_key_info(algorithm: str, parameters: bytes, key: bytes) -> bytes:
    return _der(0x30, number(0), _der(0x30, _der(6, bytes.fromhex(algorithm)), parameters), _der(4, key))


RSA = rsa_of_large_primes(4253, 4423)
LARGE_DH = _der(0x30, number(2**4423 - 1), number(2))


def certificate_of_dh() -> str:
    """A certificate, signed by nobody, whose key is of Diffie-Hellman."""
    algorithm = _der(0x30, _der(6, bytes.fromhex("2a8648ce3d040302")))
    attribute = _der(0x30, _der(6, bytes.fromhex("550403")), _der(12, b"x"))
    name = _der(0x30, _der(0x31, attribute))
    validity = _der(0x30, _der(0x17, b"260101000000Z"), _der(0x17, b"490101000000Z"))
    of_dh = _der(0x30, _der(6, bytes.fromhex("2a864886f70d010301")), LARGE_DH)
    key = _der(0x30, of_dh, _der(3, b"\0", number(3**50)))
    content = _der(0x30, _der(0xA0, number(2)), number(1), algorithm, name, validity, name, key)
    return pem("CERTIFICATE", _der(0x30, content, algorithm, _der(3, b"\0", _der(0x30, number(1), number(1)))))
