"""Certificates and private keys that are given as PEM text (RFC 7468)."""

from __future__ import annotations

# The library is imported where something is looked at: every process that follows the configuration imports this
# module, few ever do that, and it takes 8 MB

_RSA_BITS_MAX = 16_384


def certificate_errors(field: str, pem: str) -> list[str]:
    """What is wrong with one or more certificates in PEM."""
    from cryptography import x509

    try:
        x509.load_pem_x509_certificates(pem.encode())
    except ValueError:
        return [f"{field}: it is not one or more certificates in PEM (-----BEGIN CERTIFICATE-----)"]
    return []


def key_pair_errors(certificate_field: str, certificate: str, key_field: str, key: str) -> list[str]:
    """What is wrong with a certificate (its chain after it) and the unencrypted private key that belongs to it."""
    from cryptography import x509
    from cryptography.exceptions import InternalError, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    from zato.pki.private_keys import ALGORITHMS, load_private_key

    errors = certificate_errors(certificate_field, certificate)
    try:
        private = load_private_key(key.encode())
    except ValueError:
        return [
            *errors,
            f"{key_field}: it is not an unencrypted private key in PEM (-----BEGIN PRIVATE KEY-----), one alone, "
            "of EC, RSA or Ed25519",
        ]
    if isinstance(private, RSAPrivateKey) and private.key_size > _RSA_BITS_MAX:
        return [*errors, f"{key_field}: it has {private.key_size} bits; {_RSA_BITS_MAX} are taken"]
    if not errors:
        leaf = x509.load_pem_x509_certificates(certificate.encode())[0]
        form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        try:
            if leaf.public_key_algorithm_oid.dotted_string not in ALGORITHMS:
                raise UnsupportedAlgorithm("none of them")
            matches = leaf.public_key().public_bytes(*form) == private.public_key().public_bytes(*form)
        except (ValueError, UnsupportedAlgorithm, InternalError):
            return [f"{certificate_field}: its kind of key is not supported; use EC, RSA or Ed25519"]
        if not matches:
            errors.append(f"{key_field}: it does not belong to the first certificate of {certificate_field}")
    return errors
