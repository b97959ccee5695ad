"""Private keys that others have written, as root and agents look at them."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from cryptography import x509

from support.large_primes import LARGE_DH, RSA, certificate_of_dh, number, pem, private_key_info
from support.pem import pem_pair
from zato.cluster.signing.requests import is_signed
from zato.pki.certificates import is_pair

CERTIFICATE, KEY = pem_pair("a")


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (KEY, True),
        (pem_pair("b")[1], False),
        (KEY + KEY, False),
        (pem("RSA PRIVATE KEY", RSA), False),
        (pem("PRIVATE KEY", private_key_info("2a864886f70d010101", b"\x05\x00", RSA)), False),
        (pem("PRIVATE KEY", private_key_info("2a864886f70d010301", LARGE_DH, number(3**50))), False),
        (pem("DH PRIVATE KEY", LARGE_DH), False),
        ("", False),
    ],
    ids=["its own", "another", "two", "RSA", "RSA in PKCS8", "DH", "DH by its label", "nothing"],
)
def test_whether_a_key_belongs_to_a_certificate_is_known_at_once(tmp_path: Path, key: str, expected: bool) -> None:
    """The key of a component is its user's, who may write anything there, and root looks at it."""
    (tmp_path / "x.crt").write_text(CERTIFICATE)
    (tmp_path / "x.key").write_text(key)
    before = time.thread_time()
    assert is_pair(tmp_path / "x.crt") is expected
    assert time.thread_time() - before < 1


def test_a_certificate_that_anybody_shows_is_not_looked_at_for_long() -> None:
    """Who asks for a renewal, or leaves, shows one before anything is known of them."""
    shown = x509.load_pem_x509_certificate(certificate_of_dh().encode())
    before = time.thread_time()
    assert is_signed(shown, b"statement", b"signature") is False
    assert time.thread_time() - before < 1
