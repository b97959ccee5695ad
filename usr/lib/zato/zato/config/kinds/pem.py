"""Certificates and private keys that are given as PEM text (RFC 7468)."""

from __future__ import annotations

import base64
import binascii
import re

# The library is imported where something is looked at: every process that follows the configuration imports this
# module, few ever do that, and it takes 8 MB

_RSA_BITS_MAX = 16_384
_KEY = re.compile(r"-----BEGIN ([A-Z0-9. ]{0,40}PRIVATE KEY)-----([^-]*)-----END \1-----")
_OF_ONE_ALGORITHM = frozenset({"RSA PRIVATE KEY", "EC PRIVATE KEY"})
_OF_ANY = "PRIVATE KEY"
# RSA, RSASSA-PSS, elliptic curves, Ed25519, Ed448: others have parameters that are looked at for minutes
_ALGORITHMS = {
    name: bytes.fromhex(encoded)
    for name, encoded in (
        ("1.2.840.113549.1.1.1", "2a864886f70d010101"),
        ("1.2.840.113549.1.1.10", "2a864886f70d01010a"),
        ("1.2.840.10045.2.1", "2a8648ce3d0201"),
        ("1.3.101.112", "2b6570"),
        ("1.3.101.113", "2b6571"),
    )
}
_SEQUENCE, _INTEGER, _IDENTIFIER = 0x30, 0x02, 0x06


def certificate_findings(field: str, pem: str) -> list[str]:
    """What is wrong with one or more certificates in PEM."""
    from cryptography import x509

    try:
        x509.load_pem_x509_certificates(pem.encode())
    except ValueError:
        return [f"{field}: it is not one or more certificates in PEM (-----BEGIN CERTIFICATE-----)"]
    return []


def key_pair_findings(certificate_field: str, certificate: str, key_field: str, key: str) -> list[str]:
    """What is wrong with a certificate (its chain after it) and the unencrypted private key that belongs to it.

    That the numbers of a key fit together is not looked at: whether they are primes is found out in minutes, in which
    the whole process would wait.
    """
    from cryptography import x509
    from cryptography.exceptions import InternalError, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

    findings = certificate_findings(certificate_field, certificate)
    block = _only_key(key)
    try:
        if block is None:
            raise ValueError
        private = load_pem_private_key(block, password=None, unsafe_skip_rsa_key_validation=True)
    except (ValueError, TypeError, UnsupportedAlgorithm, InternalError):
        return [
            *findings,
            f"{key_field}: it is not an unencrypted private key in PEM (-----BEGIN PRIVATE KEY-----), one alone, "
            "of EC, RSA or Ed25519",
        ]
    if isinstance(private, RSAPrivateKey) and private.key_size > _RSA_BITS_MAX:
        return [*findings, f"{key_field}: it has {private.key_size} bits; {_RSA_BITS_MAX} are taken"]
    if not findings:
        leaf = x509.load_pem_x509_certificates(certificate.encode())[0]
        form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        try:
            if leaf.public_key_algorithm_oid.dotted_string not in _ALGORITHMS:
                raise UnsupportedAlgorithm("none of them")
            matches = leaf.public_key().public_bytes(*form) == private.public_key().public_bytes(*form)
        except (ValueError, UnsupportedAlgorithm, InternalError):
            return [f"{certificate_field}: its kind of key is not supported; use EC, RSA or Ed25519"]
        if not matches:
            findings.append(f"{key_field}: it does not belong to the first certificate of {certificate_field}")
    return findings


def _only_key(pem: str) -> bytes | None:
    """The one private key of the text, in PEM, of an algorithm that is known; None where there is none, or several."""
    found = _KEY.findall(pem)
    if len(found) != 1 or pem.count("PRIVATE KEY-----") != 2:
        return None
    label, body = found[0]
    try:
        der = base64.b64decode("".join(body.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    if label not in _OF_ONE_ALGORITHM and not (label == _OF_ANY and _algorithm_of(der) in _ALGORITHMS.values()):
        return None
    text = base64.encodebytes(der).decode()
    return f"-----BEGIN {label}-----\n{text}-----END {label}-----\n".encode()


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
