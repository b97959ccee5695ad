"""Certificates and keys in the fields of a connection."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from support.large_primes import LARGE_DH, RSA, number, pem, private_key_info, rsa_of_large_primes
from support.pem import pem_pair
from zato.config import validation
from zato.config.codec import decode

CERTIFICATE, KEY = pem_pair("a")
_, OTHER_KEY = pem_pair("b")
BASE = {"address": "https://crm", "security": "certificate"}


def errors(**fields: Any) -> list[str]:
    return validation.errors("outgoing-rest", "x", decode("outgoing-rest", "x", {**BASE, **fields}))


def test_a_certificate_and_its_key_are_accepted() -> None:
    assert errors(client_certificate=CERTIFICATE, client_key=KEY) == []
    assert errors(client_certificate=CERTIFICATE + CERTIFICATE, client_key=KEY, ca_certificate=CERTIFICATE) == []


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
    found = errors(**fields)
    assert any(error.startswith(expected) for error in found), found
    assert "PRIVATE KEY-----\n" not in str(found)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (pem("RSA PRIVATE KEY", RSA), "client_key: it does not belong to the first"),
        (
            pem("PRIVATE KEY", private_key_info("2a864886f70d010101", b"\x05\x00", RSA)),
            "client_key: it does not belong to the first",
        ),
        (pem("RSA PRIVATE KEY", rsa_of_large_primes(9689, 9941)), "client_key: it has 19630 bits; 16384 are taken"),
        (
            pem("PRIVATE KEY", private_key_info("2a864886f70d010301", LARGE_DH, number(3**50))),
            "client_key: it is not an unencrypted private key",
        ),
        (
            pem("PRIVATE KEY", private_key_info("2a8648ce3e0201", LARGE_DH, number(3**50))),
            "client_key: it is not an unencrypted private key",
        ),
        (
            KEY + pem("PRIVATE KEY", private_key_info("2a864886f70d010301", LARGE_DH, number(3**50))),
            "client_key: it is not an unencrypted private key",
        ),
        (pem("PRIVATE KEY", b"\x30\x84\xff\xff\xff\xff"), "client_key: it is not an unencrypted private key"),
        ("# a comment\n" * 1400 + KEY, "client_key: it is longer than 16384 characters"),
    ],
    ids=["RSA", "RSA in PKCS8", "too long", "DH", "DHX", "DH behind EC", "no DER", "very long"],
)
def test_a_key_of_large_primes_holds_nobody_up(key: str, expected: str) -> None:
    """To find out that they are primes takes minutes, with the interpreter's lock."""
    before = time.thread_time()
    found = errors(client_certificate=CERTIFICATE, client_key=key)
    assert time.thread_time() - before < 1
    assert any(error.startswith(expected) for error in found), found


def test_every_form_of_a_key_is_accepted() -> None:
    keys: list[Any] = [
        rsa.generate_private_key(65537, 2048),
        ec.generate_private_key(ec.SECP384R1()),
        ed25519.Ed25519PrivateKey.generate(),
    ]
    for key in keys:
        certificate = _self_signed(key)
        forms = [PrivateFormat.PKCS8, *([] if key is keys[2] else [PrivateFormat.TraditionalOpenSSL])]
        for form in forms:
            plain = key.private_bytes(Encoding.PEM, form, NoEncryption()).decode()
            for text in (plain, f"Bag Attributes\n  a: b\n{plain}", certificate + plain):
                assert errors(client_certificate=certificate, client_key=text) == [], text
        locked = key.private_bytes(Encoding.PEM, forms[-1], BestAvailableEncryption(b"x")).decode()
        assert "unencrypted" in errors(client_certificate=certificate, client_key=locked)[0]


def _self_signed(key: Any) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "c")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1))
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else SHA256()
    return builder.sign(key, algorithm).public_bytes(Encoding.PEM).decode()
