"""Whose client certificates are accepted: the cluster's own CA, and others that the operator adds."""

from __future__ import annotations

from pathlib import Path

from cryptography import x509

from zato.core.errors import SetupError
from zato.pki.certificates import load_certificate, to_pem


def client_authorities(directory: Path) -> bytes:
    """All CAs whose clients are accepted, as PEM: `ca.crt`, then every CA in `clients/*.crt`.

    Who is a client of the cluster, and who is HAProxy, is told by the name of the issuer, so no other CA may bear
    the name of the cluster's, however it is spelled.
    Raises SetupError that names the file for that, and for a file that holds anything but CA certificates.
    """
    own = load_certificate(directory / "ca.crt")
    parts = [to_pem(own)]
    for path in sorted((directory / "clients").glob("*.crt")):
        for certificate in _all_in(path):
            if _comparable(certificate) == _comparable(own):
                raise SetupError(f"{path} has a CA with the name of the cluster's own CA; remove the file.")
            if not _is_authority(certificate):
                raise SetupError(f"{path} has a certificate that is not a CA's; put the issuing CA there instead.")
            parts.append(to_pem(certificate))
    return b"".join(parts)


def has_foreign(authorities: bytes) -> bool:
    """Whether there is any CA beside the cluster's own among `client_authorities`."""
    return len(x509.load_pem_x509_certificates(authorities)) > 1


def _comparable(certificate: x509.Certificate) -> str:
    # TLS libraries compare names without regard to case, kind of string and spaces
    return "".join(certificate.subject.rfc4514_string().casefold().split())


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
