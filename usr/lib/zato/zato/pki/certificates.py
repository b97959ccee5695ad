"""Reading certificates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from shlex import quote

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from zato.core.errors import SetupError
from zato.pki.private_keys import load_private_key


@dataclass(frozen=True, slots=True)
class CertificateStatus:
    """One certificate of the cluster; `name` is its file's, `fingerprint` the SHA-256 of its DER in hexadecimal."""

    name: str
    subject: str
    not_before: datetime
    not_after: datetime
    fingerprint: str
    hosts: tuple[str, ...]
    due: bool


def load_certificate(path: Path) -> x509.Certificate:
    """The first certificate in a PEM file, which is the leaf. Raises SetupError that names the file."""
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except OSError as error:
        raise SetupError(
            f"The certificate {path} cannot be read: {error.strerror}.", code="missing-certificate"
        ) from error
    except ValueError as error:
        raise SetupError(
            f"{path} is not a PEM certificate; remove it. What components and the command line need is issued again at "
            f"the cluster's next start, a client's with: zato pki issue-client {quote(path.stem)}",
            code="invalid-certificate",
        ) from error


def fingerprint(certificate: bytes | x509.Certificate) -> str:
    """SHA-256 of the certificate's DER in lower-case hexadecimal; given PEM, of the first one in it."""
    if isinstance(certificate, bytes):
        certificate = x509.load_pem_x509_certificate(certificate)
    return certificate.fingerprint(SHA256()).hex()


def hosts_of(certificate: x509.Certificate) -> tuple[str, ...]:
    """The names and addresses that a server certificate is for."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    addresses = (str(address) for address in names.get_values_for_type(x509.IPAddress))
    return (*names.get_values_for_type(x509.DNSName), *addresses)


def common_name_of(certificate: x509.Certificate) -> tuple[str, ...]:
    """The common names of the subject, of which there is one at most in what the cluster issues."""
    return tuple(str(each.value) for each in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME))


def is_for_servers(certificate: x509.Certificate) -> bool:
    """Whether the holder may be believed to be a server. Raises ValueError where extensions are not valid."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return ExtendedKeyUsageOID.SERVER_AUTH in usage


def is_pair(path: Path, key: Path | None = None) -> bool:
    """Whether there are a certificate and, in `key` or beside it as NAME.key, its private key.

    A certificate is renewed by replacing two files, so for a moment they are none. The key is another user's, and root
    looks at it here.
    """
    try:
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
        loaded = load_private_key((key or path.with_suffix(".key")).read_bytes())
    except (OSError, ValueError):
        return False
    return loaded.public_key() == certificate.public_key()


def to_pem(certificate: x509.Certificate) -> bytes:
    """The certificate as PEM, with a newline at the end."""
    return certificate.public_bytes(Encoding.PEM)


def to_der(certificate: x509.Certificate) -> bytes:
    """The certificate as DER."""
    return certificate.public_bytes(Encoding.DER)
