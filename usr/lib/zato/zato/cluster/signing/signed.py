"""A statement that somebody has signed with the key of a certificate. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from zato.cluster.signing.requests import is_signed
from zato.cluster.signing.statement import Purpose, Statement, is_recent, read_statement
from zato.core.errors import Conflict


@dataclass(frozen=True, slots=True)
class SignedStatement:
    """Who has the certificate's key says this; whose that is, and whether it is valid, is another question."""

    certificate: x509.Certificate
    statement: Statement


def signed_statement(certificate: str, statement: str, signature: bytes, purpose: Purpose) -> SignedStatement | None:
    """None where it is not signed with the key of the certificate (PEM), or is for another purpose."""
    try:
        shown = x509.load_pem_x509_certificate(certificate.encode("ascii"))
    except ValueError:  # encodings alike
        return None
    said = read_statement(statement)
    if said is None or said.purpose is not purpose or not is_signed(shown, statement.encode(), signature):
        return None
    return SignedStatement(shown, said)


def check_recent(said: Statement, server: str, now: datetime) -> None:
    """Raises Conflict(clock-differs) for what `server` has signed at another time than now."""
    if not is_recent(said, now):
        raise Conflict(
            f"The clocks differ: what {server} has signed at {said.at:%Y-%m-%d %H:%M:%S %Z} came at "
            f"{now:%Y-%m-%d %H:%M:%S %Z} here. Have both machines set theirs by NTP, then repeat this.",
            code="clock-differs",
        )
