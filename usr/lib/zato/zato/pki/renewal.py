"""When certificates are renewed, and what there is."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from cryptography import x509

from zato.pki.certificates import CertificateStatus, fingerprint, hosts_of, load_certificate


def due(now: datetime, certificate: x509.Certificate) -> bool:
    """Whether two thirds of the certificate's life are over: a third is left to notice that renewing fails."""
    life = certificate.not_valid_after_utc - certificate.not_valid_before_utc
    return now >= certificate.not_valid_before_utc + life * 2 / 3


def list_certificates(directory: Path, now: datetime) -> list[CertificateStatus]:
    """All certificates in the cluster's directory by name, the CA's too. Raises SetupError where one is unreadable."""
    return [_status(path, now) for path in sorted(directory.glob("*.crt"))]


def _status(path: Path, now: datetime) -> CertificateStatus:
    certificate = load_certificate(path)
    return CertificateStatus(
        name=path.stem,
        subject=certificate.subject.rfc4514_string(),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        fingerprint=fingerprint(certificate),
        hosts=hosts_of(certificate),
        due=due(now, certificate),
    )
