"""Certificates and keys in the fields of a connection."""

from __future__ import annotations

from typing import Any

import pytest

from support.pem import pem_pair
from zato.config import validation
from zato.config.codec import decode

CERTIFICATE, KEY = pem_pair("a")
_, OTHER_KEY = pem_pair("b")
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
