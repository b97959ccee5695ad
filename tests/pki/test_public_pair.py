"""What can be shown to browsers and partners, and what is refused before it is taken."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from support.public_certificates import PublicAuthority
from zato.core.errors import InvalidInput
from zato.pki.public_pair import PublicPair, checked_pair

NAME = "zato.example.com"


@pytest.fixture
def authority(tmp_path: Path) -> PublicAuthority:
    return PublicAuthority(tmp_path)


def check(certificates: bytes, key: bytes) -> PublicPair:
    return checked_pair(certificates, key, datetime.now(UTC))


def refusal(certificates: bytes, key: bytes) -> str | None:
    with pytest.raises(InvalidInput) as caught:
        check(certificates, key)
    assert caught.value.message.startswith("The public certificate is not taken: ")
    return caught.value.code


@pytest.mark.parametrize(
    "key",
    [
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP384R1()),
        rsa.generate_private_key(65537, 2048),
    ],
    ids=["p256", "p384", "rsa"],
)
def test_elliptic_and_rsa_keys_are_taken_with_their_chain(
    authority: PublicAuthority, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
) -> None:
    pair = check(*authority.issue("Zato.example.com", "*.example.com", key=key))
    assert pair.names == (NAME, "*.example.com")
    assert pair.pem.count(b"BEGIN CERTIFICATE") == 2
    again = check(pair.pem, pair.pem)
    assert again.pem == pair.pem


def test_a_key_of_another_certificate_is_refused(authority: PublicAuthority) -> None:
    (chain, _), (_, other) = authority.issue(NAME), authority.issue(NAME)
    assert refusal(chain, other) == "other-key"


def test_the_chain_begins_with_the_servers_own_and_goes_on_to_its_issuer(authority: PublicAuthority) -> None:
    chain, key = authority.issue(NAME)
    own, middle = (part + b"-----END CERTIFICATE-----\n" for part in chain.split(b"-----END CERTIFICATE-----\n")[:2])
    assert check(own, key).names == (NAME,)
    assert len(check(chain + authority.root.read_bytes(), key).chain) == 3
    assert refusal(middle + own, key) == "chain-order"
    assert refusal(own + authority.root.read_bytes() + middle, key) == "chain-order"
    assert refusal(own + own, key) == "chain-order"


def test_what_has_expired_or_not_begun_is_refused(authority: PublicAuthority) -> None:
    assert refusal(*authority.issue(NAME, days=1, days_ago=2)) == "expired"
    assert refusal(*authority.issue(NAME, days_ago=-2)) == "not-yet-valid"


def test_weak_keys_and_those_that_browsers_do_not_know_are_refused(authority: PublicAuthority) -> None:
    weak = rsa.generate_private_key(65537, 1024)
    assert refusal(*authority.issue(NAME, key=weak)) == "weak-key"
    assert refusal(*authority.issue(NAME, curve=ec.SECP521R1())) == "other-algorithm"
    other = ed25519.Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    assert refusal(authority.issue(NAME)[0], other) == "other-algorithm"


def test_it_is_for_a_servers_host_names(authority: PublicAuthority) -> None:
    assert refusal(*authority.issue()) == "no-names"
    assert refusal(*authority.issue(NAME, usage=ExtendedKeyUsageOID.CLIENT_AUTH)) == "not-for-servers"


@pytest.mark.parametrize("name", ["localhost", "cluster.zato.internal", "*.zato.internal", "*.internal.", "a b.com"])
def test_names_that_the_clusters_own_clients_ask_for_are_refused(authority: PublicAuthority, name: str) -> None:
    assert refusal(*authority.issue(NAME, name)) == "own-name"


def test_an_encrypted_key_and_what_is_no_pem_are_refused(authority: PublicAuthority) -> None:
    chain, key = authority.issue(NAME)
    loaded = serialization.load_pem_private_key(key, None)
    locked = loaded.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"secret"),
    )
    assert refusal(chain, locked) == "key-encrypted"
    assert refusal(chain, b"") == "invalid-key"
    assert refusal(chain, b"\xff\x00") == "invalid-key"
    assert refusal(b"\xff\x00", key) == "invalid-certificate"
    assert refusal(key, key) == "invalid-certificate"
