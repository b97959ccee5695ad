"""When certificates are renewed, and what there is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509

from zato.core.errors import SetupError
from zato.pki.certificates import CertificateStatus, fingerprint, hosts_of, load_certificate


def due(now: datetime, certificate: x509.Certificate) -> bool:
    """Whether two thirds of the certificate's life are over: a third is left to notice that renewing fails.

    Or it has not begun, as the clock was wrong when it was issued: nobody accepts it then.
    """
    life = certificate.not_valid_after_utc - certificate.not_valid_before_utc
    return not certificate.not_valid_before_utc <= now < certificate.not_valid_before_utc + life * 2 / 3


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
        due=due(now, certificate),
    )
