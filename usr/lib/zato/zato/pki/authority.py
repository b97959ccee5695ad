"""The certificate authority of a cluster: a key, a certificate, and everything issued in its directory."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from secrets import token_hex
from shlex import quote

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from zato.core.clock import Clock, SystemClock
from zato.core.errors import Conflict, InvalidInput, NotFound, SetupError
from zato.host.files import write_atomically
from zato.pki.certificate_names import COMPONENT_NAMES, checked_name, general_name
from zato.pki.certificates import hosts_of, load_certificate, to_pem
from zato.pki.issued import IssuedNames
from zato.pki.names import ADMIN, BROKER, PUBLIC

LEAF_DAYS = 90
AUTHORITY_DAYS = 3650
BALANCER_NAME = "haproxy"
"""Common name of the certificate that lighttpd believes when it speaks about somebody else's."""
_CLOCK_SKEW = timedelta(minutes=5)


class Usage(StrEnum):
    """Which side of a TLS connection a certificate may be used on."""

    SERVER = "server"
    CLIENT = "client"
    BOTH = "both"


_EXTENDED_USAGE = {
    Usage.SERVER: [ExtendedKeyUsageOID.SERVER_AUTH],
    Usage.CLIENT: [ExtendedKeyUsageOID.CLIENT_AUTH],
    Usage.BOTH: [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH],
}


class Authority:
    """Issues certificates (EC P-256, SHA-256) into its directory as NAME.crt, the leaf and then the CA, and NAME.key.

    Private keys are 0600 and files are replaced whole; `owner_of` gives the user and group who are to read the key of a
    name, where that is somebody else. The CA's key is read for each certificate issued, so a process
    that holds an Authority does not hold the key.
    """

    def __init__(
        self, directory: Path, clock: Clock | None = None, owner_of: Callable[[str], tuple[int, int]] | None = None
    ) -> None:
        self.directory = directory
        self.issued = IssuedNames(directory)
        self._clock = clock or SystemClock()
        self._owner_of = owner_of

    @property
    def certificate_path(self) -> Path:
        return self.directory / "ca.crt"

    @property
    def key_path(self) -> Path:
        return self.directory / "ca.key"

    def exists(self) -> bool:
        return self.certificate_path.exists()

    def create(self, name: str, *, days: int = AUTHORITY_DAYS) -> None:
        """Makes the CA of the cluster called `name`. Raises SetupError where there is one: it is never replaced."""
        if self.exists():
            raise SetupError(f"There is a CA in {self.directory} already; it is not replaced.", code="ca-exists")
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = ec.generate_private_key(ec.SECP256R1())
        # The random unit keeps two clusters of one name apart wherever CAs are compared by subject.
        subject = x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Zato"),
                x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, token_hex(8)),
                x509.NameAttribute(NameOID.COMMON_NAME, checked_name(name)),
            ]
        )
        certificate = (
            self._builder(subject, subject, key.public_key(), key.public_key(), days)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_key_usage(authority=True), critical=True)
            .sign(key, SHA256())
        )
        write_atomically(self.key_path, key_pem(key))
        write_atomically(self.certificate_path, to_pem(certificate), mode=0o644)

    def load(self) -> x509.Certificate:
        """The CA's certificate. Raises SetupError that says what to do where there is none."""
        if not self.exists():
            raise SetupError(f"There is no CA in {self.directory}; create the cluster first.", code="missing-ca")
        return load_certificate(self.certificate_path)

    def issue(
        self,
        name: str,
        *,
        usage: Usage,
        hosts: tuple[str, ...] = (),
        common_name: str | None = None,
        days: int = LEAF_DAYS,
    ) -> x509.Certificate:
        """Issues a new key and certificate called `name`, replacing what was there.

        The common name is `common_name`, or `name`. `hosts` are DNS names and IP addresses; a server needs one.
        Raises InvalidInput for a name or host that cannot stand in a certificate, and SetupError without a CA.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self.certify(name, key.public_key(), usage=usage, hosts=hosts, common_name=common_name, days=days)
        if usage is not Usage.CLIENT and (name == BROKER or not COMPONENT_NAMES.fullmatch(name)):
            self.issued.add(name, hosts)  # before anybody has it
        # A crash between the two leaves a key without its certificate; whoever loads the pair notices, and renews.
        owner = None if self._owner_of is None else self._owner_of(name)
        write_atomically(self.directory / f"{name}.key", key_pem(key), owner=owner)
        write_atomically(self.directory / f"{name}.crt", to_pem(certificate) + to_pem(self.load()), mode=0o644)
        return certificate

    def certify(
        self,
        name: str,
        public_key: ec.EllipticCurvePublicKey,
        *,
        usage: Usage,
        hosts: tuple[str, ...] = (),
        common_name: str | None = None,
        days: int = LEAF_DAYS,
    ) -> x509.Certificate:
        """A certificate of a key whose private part is somebody else's; nothing is written. Raises as `issue`."""
        checked_name(name)
        if usage is not Usage.CLIENT and not hosts:
            raise InvalidInput(f"The server certificate {name} needs at least one host name or address.")
        authority = self.load()
        authority_key = self._load_key()
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, checked_name(common_name or name))])
        builder = (
            self._builder(subject, authority.subject, public_key, authority_key.public_key(), days)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(authority=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage(_EXTENDED_USAGE[usage]), critical=False)
        )
        if hosts:
            names = x509.SubjectAlternativeName([general_name(host) for host in hosts])
            builder = builder.add_extension(names, critical=False)
        return builder.sign(authority_key, SHA256())

    def check_name(self, name: str, *, replace: bool = False) -> None:
        """Raises what `issue_client` and `issue_server` would raise for the name, without issuing anything."""
        checked_name(name)
        if COMPONENT_NAMES.fullmatch(name):
            raise InvalidInput(f"{name} is the name of a component of the cluster; choose another one.")
        present = [path for path in (self.directory / f"{name}{end}" for end in (".crt", ".key")) if path.exists()]
        if present and not replace:
            raise Conflict(
                f"{present[0]} exists; choose another name, renew the certificate with: zato pki renew {quote(name)}, "
                "or repeat the command with --replace, after which the old key is gone.",
                code="certificate-exists",
            )
        self.load()
        self._load_key()

    def issue_client(self, name: str, *, days: int = LEAF_DAYS, replace: bool = False) -> x509.Certificate:
        """A certificate for a client of the cluster.

        Raises InvalidInput for the name of a component, and Conflict where there is one and not `replace`.
        """
        self.check_name(name, replace=replace)
        return self.issue(name, usage=Usage.CLIENT, days=days)

    def issue_server(
        self, name: str, *, hosts: tuple[str, ...], days: int = LEAF_DAYS, replace: bool = False
    ) -> x509.Certificate:
        """A certificate for a program beside the cluster, such as its database, by which the cluster verifies it.

        Its names are no machine's that joins the cluster later. Raises InvalidInput for the name of a component, also
        among the hosts, and Conflict where there is one and not `replace`.
        """
        self.check_name(name, replace=replace)
        for host in hosts:
            if COMPONENT_NAMES.fullmatch(host.lower()):
                raise InvalidInput(f"{host} is the name of a component of the cluster, which no program can have.")
        return self.issue(name, usage=Usage.SERVER, hosts=hosts, days=days)

    def remove(self, name: str) -> None:
        """The certificate of a client or of a program is not here any more, and machines that join may have its names.

        Where it was copied to it is valid until it expires. Raises InvalidInput for a component's, NotFound for none.
        """
        checked_name(name)
        if name == PUBLIC:
            raise InvalidInput("The public certificate is removed with: zato pki public --remove")
        if COMPONENT_NAMES.fullmatch(name) or name == ADMIN:
            raise InvalidInput(f"{name} is the certificate of a component of the cluster, which cannot be without it.")
        paths = [path for path in (self.directory / f"{name}{end}" for end in (".crt", ".key")) if path.exists()]
        for path in paths:
            path.unlink()
        if not self.issued.remove(name) and not paths:
            raise NotFound(f"There is no certificate {name}; zato pki list shows those that there are.")

    def renew(self, name: str) -> x509.Certificate:
        """Issues `name` again, with a new key, for the same subject, hosts, use and time. The CA is not renewed.

        Raises SetupError where there is no such certificate, or one that this cluster cannot have issued.
        """
        if name == "ca":
            raise InvalidInput(
                "The CA is not renewed in place: that would make every certificate of the cluster invalid."
            )
        if name == PUBLIC:
            raise InvalidInput("The public certificate is its issuer's to renew; then: zato pki public CERTIFICATE KEY")
        path = self.directory / f"{checked_name(name)}.crt"
        old = load_certificate(path)
        try:
            allowed = set(old.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
            usage = next(usage for usage, oids in _EXTENDED_USAGE.items() if set(oids) == allowed)
            common_name = old.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
            hosts = hosts_of(old)
        except (x509.ExtensionNotFound, StopIteration, IndexError, ValueError) as error:
            raise SetupError(
                f"{path} was not issued by this cluster, which cannot renew it; get another one from its issuer, "
                "or remove the file.",
                code="foreign-certificate",
            ) from error
        days = round((old.not_valid_after_utc - old.not_valid_before_utc) / timedelta(days=1))
        return self.issue(name, usage=usage, hosts=hosts, common_name=str(common_name), days=max(1, days))

    def _load_key(self) -> ec.EllipticCurvePrivateKey:
        try:
            key = load_pem_private_key(self.key_path.read_bytes(), password=None)
        except OSError as error:
            raise SetupError(
                f"The CA's key {self.key_path} cannot be read ({error.strerror}): no certificate can be issued here.",
                code="missing-ca-key",
            ) from error
        except ValueError as error:
            raise SetupError(
                f"{self.key_path} is not a PEM key; restore it from a backup.", code="invalid-ca-key"
            ) from error
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise SetupError(f"{self.key_path} is not an elliptic curve key; restore it.", code="invalid-ca-key")
        return key

    def _builder(
        self,
        subject: x509.Name,
        issuer: x509.Name,
        public_key: ec.EllipticCurvePublicKey,
        authority_key: ec.EllipticCurvePublicKey,
        days: int,
    ) -> x509.CertificateBuilder:
        now = self._clock.now().replace(microsecond=0)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _CLOCK_SKEW)
            .not_valid_after(now + timedelta(days=days))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key), critical=False)
        )


def _key_usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """A private key as PEM, not encrypted."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
