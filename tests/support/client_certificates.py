"""Client certificates of a foreign CA, hostile ones included."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_COMMENT = x509.ObjectIdentifier("2.16.840.1.113730.1.13")


class ForeignAuthority:
    """A CA of somebody else.

    `parent`: an intermediate CA instead of a root. `issues_as`: what it writes as issuer into certificates, instead of
    its own name. `identifier`: what it says its key is called. `public_key`: it certifies that one, not its own.
    """

    def __init__(
        self,
        directory: Path,
        name: x509.Name | str,
        *,
        parent: ForeignAuthority | None = None,
        issues_as: x509.Name | None = None,
        identifier: bytes | None = None,
        public_key: ec.EllipticCurvePublicKey | None = None,
    ) -> None:
        self._directory = directory
        directory.mkdir(parents=True, exist_ok=True)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._parent = parent
        self.name = name if isinstance(name, x509.Name) else _named(name)
        self._issues_as = issues_as or self.name
        self._identifier = identifier or _identifier(self._key.public_key())
        signer = parent or self
        self.certificate = (
            _builder(self.name, signer.name, public_key or self._key.public_key(), signer._identifier, days=1)
            .add_extension(x509.SubjectKeyIdentifier(self._identifier), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(signer._key, hashes.SHA256())
        )

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def issue(
        self, subject: x509.Name | str, *, file_name: str = "client", days: int = 1, padding_bytes: int = 0
    ) -> Path:
        """A client certificate with its chain, its key beside it. A negative `days`: it has expired.

        A large one has `padding_bytes` of a comment in it.
        """
        path = self._directory / f"{file_name}.crt"
        _write_client(
            path, subject, self._issues_as, self._key, self._identifier, days=days, padding_bytes=padding_bytes
        )
        if self._parent:
            path.write_bytes(path.read_bytes() + self.pem)
        return path


def sign_with(authority: Path, authority_key: Path, subject: x509.Name | str, path: Path) -> None:
    """A client certificate of any name from a CA whose key is at hand, its key beside it."""
    issuer = x509.load_pem_x509_certificate(authority.read_bytes()).subject
    key = serialization.load_pem_private_key(authority_key.read_bytes(), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    _write_client(path, subject, issuer, key, _identifier(key.public_key()), days=1)


def _write_client(
    path: Path,
    subject: x509.Name | str,
    issuer: x509.Name,
    signer: ec.EllipticCurvePrivateKey,
    identifier: bytes,
    *,
    days: int,
    padding_bytes: int = 0,
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = subject if isinstance(subject, x509.Name) else _named(subject)
    builder = _builder(name, issuer, key.public_key(), identifier, days=days)
    if padding_bytes:
        comment = x509.UnrecognizedExtension(_COMMENT, b"\x0c\x82" + padding_bytes.to_bytes(2) + b"x" * padding_bytes)
        builder = builder.add_extension(comment, critical=False)
    made = (
        builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .sign(signer, hashes.SHA256())
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    path.with_suffix(".key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


def _named(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name, _validate=False)])


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    signer: bytes,
    *,
    days: int,
) -> x509.CertificateBuilder:
    """`signer`: what the key of whoever signs is called."""
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=10))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.AuthorityKeyIdentifier(signer, None, None), critical=False)
    )


def _identifier(key: ec.EllipticCurvePublicKey) -> bytes:
    return x509.SubjectKeyIdentifier.from_public_key(key).digest
