"""Certificates and keys in the fields of a connection."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from zato.config import validation
from zato.config.codec import decode

NOW = datetime.now(UTC)


def pair(name: str) -> tuple[str, str]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(NOW).not_valid_after(NOW + timedelta(days=1))
    certificate = builder.sign(key, SHA256()).public_bytes(serialization.Encoding.PEM).decode()
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return certificate, key.private_bytes(*form).decode()


CERTIFICATE, KEY = pair("a")
_, OTHER_KEY = pair("b")
BASE = {"address": "https://crm", "security": "certificate"}


def findings(**fields: Any) -> list[str]:
    return validation.findings("outgoing-rest", "x", decode("outgoing-rest", "x", {**BASE, **fields}))


def test_a_certificate_and_its_key_are_accepted() -> None:
    assert findings(client_certificate=CERTIFICATE, client_key=KEY) == []
    assert findings(client_certificate=CERTIFICATE + CERTIFICATE, client_key=KEY, ca_certificate=CERTIFICATE) == []


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"client_certificate": CERTIFICATE, "client_key": OTHER_KEY}, "client_key: it does not belong to the first"),
        (
            {"client_certificate": CERTIFICATE, "client_key": "hello"},
            "client_key: it is not an unencrypted private",
        ),
        ({"client_certificate": KEY, "client_key": KEY}, "client_certificate: it is not one or more certificates"),
        ({"client_certificate": CERTIFICATE}, "client_key: it is needed"),
        ({"client_key": KEY}, "client_certificate: it is needed"),
        ({"client_certificate": CERTIFICATE[:200], "client_key": KEY}, "client_certificate: it is not one or more"),
        ({"client_certificate": CERTIFICATE + "\x00", "client_key": KEY}, "client_certificate: character"),
        (
            {"client_certificate": CERTIFICATE, "client_key": KEY, "address": "http://crm"},
            "address: a client certificate needs https://",
        ),
    ],
)
def test_what_does_not_fit_is_refused(fields: dict[str, str], expected: str) -> None:
    found = findings(**fields)
    assert any(finding.startswith(expected) for finding in found), found
    assert "PRIVATE KEY-----\n" not in str(found)
