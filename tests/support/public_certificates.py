"""Certificates as a public authority issues them: by an intermediate one, as files that are replaced."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class PublicAuthority:
    """A root, whose certificate is `root`, and an intermediate authority that issues for servers."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self._root_key, self._key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        self._root = self._certificate("Root", self._root_key.public_key(), "Root", self._root_key, is_authority=True)
        self._middle = self._certificate("Middle", self._key.public_key(), "Root", self._root_key, is_authority=True)
        self.root = directory / "root.crt"
        self.root.write_bytes(pem(self._root))

    def issue(
        self,
        *names: str,
        key: Key | None = None,
        days: float = 90,
        days_ago: float = 0,
        usage: x509.ObjectIdentifier = ExtendedKeyUsageOID.SERVER_AUTH,
        curve: ec.EllipticCurve | None = None,
    ) -> tuple[bytes, bytes]:
        """The chain and the key, both as PEM."""
        own: Key = key or ec.generate_private_key(curve or ec.SECP256R1())
        made = self._certificate(
            names[0] if names else "nobody",
            own.public_key(),
            "Middle",
            self._key,
            names=names,
            days=days,
            days_ago=days_ago,
            usage=usage,
        )
        return pem(made) + pem(self._middle), key_pem(own)

    def put(self, *names: str, days: float = 90) -> tuple[Path, Path]:
        """The same as files, which replace those of before."""
        chain, key = self.issue(*names, days=days)
        paths = self.directory / "fullchain.pem", self.directory / "privkey.pem"
        for path, content in zip(paths, (chain, key), strict=True):
            path.touch(0o600)
            path.write_bytes(content)
        return paths

    def _certificate(
        self,
        name: str,
        public_key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey,
        issuer: str,
        issuer_key: ec.EllipticCurvePrivateKey,
        *,
        names: tuple[str, ...] = (),
        is_authority: bool = False,
        days: float = 90,
        days_ago: float = 0,
        usage: x509.ObjectIdentifier = ExtendedKeyUsageOID.SERVER_AUTH,
    ) -> x509.Certificate:
        begins = datetime.now(UTC) - timedelta(days=days_ago, minutes=5)
        builder = (
            x509.CertificateBuilder()
            .subject_name(_named(name))
            .issuer_name(_named(issuer))
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(begins)
            .not_valid_after(begins + timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        )
        if not is_authority:
            builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        if names:
            found = x509.SubjectAlternativeName([x509.DNSName(each) for each in names])
            builder = builder.add_extension(found, critical=False)
        return builder.sign(issuer_key, hashes.SHA256())


def pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def key_pem(key: Key) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
