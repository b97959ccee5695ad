"""Whose client certificates are accepted: the cluster's own CA, and others that the operator adds."""

from __future__ import annotations

from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from zato.core.errors import SetupError
from zato.pki.certificates import load_certificate, to_pem
from zato.pki.likeness import likeness

_CODE = "client-authority"
# Of Diffie-Hellman: they sign nothing, and looking at one takes minutes, as its numbers are tested for primes
_NEVER_SIGN = frozenset({"1.2.840.113549.1.3.1", "1.2.840.10046.2.1"})


def client_authorities(directory: Path) -> bytes:
    """All CAs whose clients are accepted, as PEM: `ca.crt`, then every CA in `clients/*.crt`.

    Who is of the cluster is told by its CA's key. TLS libraries look for a client's CA by name and key identifier,
    though, and try one only, so none that is accepted may be mistaken for the cluster's: neither by a name that is the
    same but for case, blanks, kinds of strings and the like, nor by its key or key identifier.
    Raises SetupError that names the file for that, and for a file that holds anything but CA certificates.
    """
    own = load_certificate(directory / "ca.crt")
    parts = [to_pem(own)]
    for path in sorted((directory / "clients").glob("*.crt")):
        for certificate in _all_in(path):
            _check(path, certificate, own)
            parts.append(to_pem(certificate))
    return b"".join(parts)


def has_foreign(authorities: bytes) -> bool:
    """Whether there is any CA beside the cluster's own among `client_authorities`."""
    return len(x509.load_pem_x509_certificates(authorities)) > 1


def _check(path: Path, certificate: x509.Certificate, own: x509.Certificate) -> None:
    try:
        if certificate.public_key_algorithm_oid.dotted_string in _NEVER_SIGN:
            raise ValueError("its key is of a kind that signs nothing")
        alike = likeness(certificate, own)
        is_authority = _is_authority(certificate)
    except (ValueError, UnsupportedAlgorithm, x509.DuplicateExtension) as error:
        raise SetupError(
            f"{path} has a certificate that cannot be read ({error}); remove it from there.", code=_CODE
        ) from error
    if alike is not None:
        raise SetupError(
            f"{path} has a CA with {alike} of the cluster's own CA; remove the file, and have the CA's owner make "
            "one that differs.",
            code=_CODE,
        )
    if not is_authority:
        raise SetupError(f"{path} has a certificate that is not a CA's; put the issuing CA there instead.", code=_CODE)


def _all_in(path: Path) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except OSError as error:
        raise SetupError(f"The CA certificate {path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise SetupError(f"{path} is not a PEM certificate; replace or remove it.") from error


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False
