"""Requests for certificates: made where the private keys stay, and read believing the key alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.oid import PublicKeyAlgorithmOID

from zato.cluster.signing.parts import Part
from zato.core.errors import InvalidInput
from zato.pki.authority import key_pem

_CHARACTERS_MAX = 4000


@dataclass(frozen=True, slots=True)
class KeyPairs:
    """New private keys, and requests (PKCS 10) for certificates of them, by part; all PEM."""

    keys: Mapping[Part, bytes]
    requests: Mapping[Part, str]


def new_key_pairs() -> KeyPairs:
    """A key for each part of a server."""
    keys = {part: ec.generate_private_key(ec.SECP256R1()) for part in Part}
    # Whoever signs decides on the subject and everything else
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    requests = {part: builder.sign(key, SHA256()).public_bytes(Encoding.PEM).decode() for part, key in keys.items()}
    return KeyPairs({part: key_pem(key) for part, key in keys.items()}, requests)


def public_keys(requests: Mapping[str, str]) -> dict[Part, ec.EllipticCurvePublicKey]:
    """The keys of requests, one for each part, whose senders have shown that they have the private ones.

    Subject and extensions are not looked at. Raises InvalidInput for anything else.
    """
    if set(requests) != {part.value for part in Part}:
        parts = ", ".join(part.value for part in Part)
        raise InvalidInput(f"There have to be requests for certificates of {parts}, and no others.")
    return {Part(part): _public_key(part, text) for part, text in requests.items()}


def _public_key(part: str, text: str) -> ec.EllipticCurvePublicKey:
    if len(text) > _CHARACTERS_MAX:
        raise InvalidInput(f"The request for the certificate of {part} is too long.")
    try:
        request = x509.load_pem_x509_csr(text.encode("ascii"))
        proven = request.is_signature_valid
        key = request.public_key()
    except (ValueError, UnsupportedAlgorithm) as error:  # encodings and algorithms alike
        raise InvalidInput(f"The request for the certificate of {part} is not one in PEM form.") from error
    if not proven:
        raise InvalidInput(f"The request for the certificate of {part} is not signed with the key in it.")
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise InvalidInput(f"The key in the request for the certificate of {part} is not one of the curve P-256.")
    return key


def sign(private_key: bytes, statement: bytes) -> bytes:
    """The signature under a statement. Raises InvalidInput where the key is none of ours."""
    key = load_pem_private_key(private_key, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise InvalidInput("The server's private key is not an elliptic curve key.")
    return key.sign(statement, ec.ECDSA(SHA256()))


def is_signed(certificate: x509.Certificate, statement: bytes, signature: bytes) -> bool:
    """Whether the holder of the certificate has signed this.

    Anybody may show any certificate here: keys of other kinds are not even looked at, as their numbers would be tested
    for primes, which takes minutes.
    """
    try:
        is_of_curve = certificate.public_key_algorithm_oid == PublicKeyAlgorithmOID.EC_PUBLIC_KEY
        key = certificate.public_key() if is_of_curve else None
    except (ValueError, UnsupportedAlgorithm):
        return False
    if not isinstance(key, ec.EllipticCurvePublicKey):
        return False
    try:
        key.verify(signature, statement, ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True
