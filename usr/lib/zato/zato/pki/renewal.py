"""When certificates are renewed, and what there is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509

from zato.core.errors import SetupError
from zato.pki.certificates import CertificateStatus, fingerprint, hosts_of, load_certificate
from zato.pki.names import PUBLIC
from zato.pki.public_files import PublicSource, source_of

_SHARE, _SHARE_OF_PUBLIC = 2 / 3, 4 / 5


def due(now: datetime, certificate: x509.Certificate, share: float = _SHARE) -> bool:
    """Whether that share of the certificate's life is over: two thirds leave one to notice that renewing fails.

    Or it has not begun, as the clock was wrong when it was issued: nobody accepts it then.
    """
    life = certificate.not_valid_after_utc - certificate.not_valid_before_utc
    return not certificate.not_valid_before_utc <= now < certificate.not_valid_before_utc + life * share


@dataclass(frozen=True, slots=True)
class UnusableCertificate:
    """A file that should hold a certificate and does not; `reason` says what to do about it."""

    name: str
    reason: str


def list_certificates(directory: Path, now: datetime) -> tuple[list[CertificateStatus], list[UnusableCertificate]]:
    """All certificates in the cluster's directory by name, the CA's too, and the files that are none."""
    readable: list[CertificateStatus] = []
    unusable: list[UnusableCertificate] = []
    for path in sorted(directory.glob("*.crt")):
        try:
            readable.append(_status(path, now))
        except SetupError as error:
            unusable.append(UnusableCertificate(path.stem, error.message))
    return readable, unusable


@dataclass(frozen=True, slots=True)
class PublicStatus:
    """The public certificate of this machine."""

    certificate: CertificateStatus | None
    """What is shown; None where that cannot be read."""
    source: PublicSource | None
    problem: str | None
    """Why what it comes from was not taken, or why that is not known."""


def public_status(directory: Path, now: datetime) -> PublicStatus | None:
    """None where there is none."""
    path = directory / f"{PUBLIC}.crt"
    source, problem = None, None
    try:
        source = source_of(directory)
        problem = None if source is None else source.refused
    except SetupError as error:
        problem = error.message
    if source is None and problem is None:
        return None
    try:
        return PublicStatus(_status(path, now), source, problem)
    except SetupError as error:
        return PublicStatus(None, source, problem or error.message)


def _status(path: Path, now: datetime) -> CertificateStatus:
    certificate = load_certificate(path)
    try:
        hosts = hosts_of(certificate)
    except ValueError as error:  # the extensions are parsed when they are first looked at
        raise SetupError(
            f"{path} has extensions that are not valid ({error}); replace or remove it.", code="invalid-certificate"
        ) from error
    return CertificateStatus(
        name=path.stem,
        subject=certificate.subject.rfc4514_string(),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        fingerprint=fingerprint(certificate),
        hosts=hosts,
        # Others renew it, usually where a third of its life is left
        due=due(now, certificate, _SHARE_OF_PUBLIC if path.stem == PUBLIC else _SHARE),
    )
