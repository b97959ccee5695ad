"""Who gets certificates of the cluster from its signer: tokens, and what is asked with them."""

from __future__ import annotations

import io
import json
import secrets
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from support.set_clock import SetClock
from support.signing import HOSTS, common_name, foreign_request, joined, leaf_of, requests_of
from zato.cluster.signing.client import SigningClient, answer
from zato.cluster.signing.requests import new_key_pairs
from zato.cluster.signing.signer import Signer
from zato.core.errors import Conflict, InvalidInput, NotFound, SetupError, Unauthorized, Unavailable
from zato.pki.authority import Authority
from zato.pki.certificates import hosts_of


def test_the_holder_of_a_token_gets_the_certificates_of_one_server_and_no_others(
    signer: Signer, tmp_path: Path
) -> None:
    signed = joined(signer, new_key_pairs())
    assert (signed.server, set(signed.certificates)) == (2, {"lighttpd", "lighttpd-agent", "server"})
    lighttpd, server = leaf_of(signed, "lighttpd"), leaf_of(signed, "server")
    assert (common_name(lighttpd), common_name(server)) == ("lighttpd-2", "server-2")
    assert set(hosts_of(lighttpd)) == {*HOSTS, "lighttpd-2", "localhost", "127.0.0.1", "::1"}
    assert hosts_of(server) == ()
    for certificate, usage in ((lighttpd, "serverAuth"), (server, "clientAuth")):
        certificate.verify_directly_issued_by(Authority(tmp_path / "pki").load())
        allowed = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        assert [oid._name for oid in allowed] == [usage]


def test_a_token_works_once(signer: Signer) -> None:
    token = signer.new_token(taken={1})
    signer.enrol(token.secret, HOSTS, requests_of(new_key_pairs()))
    with pytest.raises(Unauthorized):
        signer.enrol(token.secret, HOSTS, requests_of(new_key_pairs()))


def test_expired_cancelled_tampered_and_foreign_tokens_are_refused_in_the_same_words(
    signer: Signer, clock: SetClock
) -> None:
    expired = signer.new_token(taken={1}, life=timedelta(minutes=30)).secret
    clock.advance(timedelta(minutes=30))
    cancelled = signer.new_token(taken={1})
    signer.cancel_token(cancelled.registered.id)
    good = bytearray(signer.new_token(taken={1}).secret)
    good[31] ^= 1
    said = set()
    for secret in (expired, cancelled.secret, bytes(good), secrets.token_bytes(32), b""):
        with pytest.raises(Unauthorized) as refused:
            signer.enrol(secret, HOSTS, requests_of(new_key_pairs()))
        said.add(refused.value.message)
    assert len(said) == 1
    with pytest.raises(NotFound):
        signer.cancel_token(cancelled.registered.id)


def test_nothing_that_is_kept_opens_the_door(signer: Signer, tmp_path: Path) -> None:
    token = signer.new_token(taken={1})
    register = tmp_path / "pki" / "enrolment.json"
    assert token.secret.hex() not in register.read_text()
    assert register.stat().st_mode & 0o777 == 0o600
    with pytest.raises(Unauthorized):
        signer.enrol(bytes.fromhex(token.registered.digest), HOSTS, requests_of(new_key_pairs()))


def test_numbers_are_reserved_by_tokens_taken_by_servers_and_free_again(signer: Signer, clock: SetClock) -> None:
    assert [signer.new_token(taken={1, 3}).registered.server for _ in range(2)] == [2, 4]
    clock.advance(timedelta(hours=1))
    assert joined(signer, new_key_pairs()).server == 2
    assert signer.new_token(taken={1}).registered.server == 3
    signer.revoke(2)
    assert signer.new_token(taken={1}).registered.server == 2


def test_two_tokens_for_one_server_are_refused(signer: Signer) -> None:
    signer.new_token(taken={1, 2}, replaces=2)
    with pytest.raises(Conflict):
        signer.new_token(taken={1, 2}, replaces=2)


def test_subject_and_extensions_that_a_request_asks_for_are_not_given(signer: Signer) -> None:
    parts = ("lighttpd", "lighttpd-agent", "server")
    requests = {part: foreign_request() for part in parts}
    signed = signer.enrol(signer.new_token(taken={1}).secret, HOSTS, requests)
    for part in parts:
        certificate = leaf_of(signed, part)
        assert common_name(certificate) == f"{part}-2"
        assert "bank.example.com" not in hosts_of(certificate)
        assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_requests_that_prove_no_key_or_are_for_something_else_are_refused_and_do_not_spend_the_token(
    signer: Signer,
) -> None:
    secret = signer.new_token(taken={1}).secret
    good = requests_of(new_key_pairs())
    request = x509.load_pem_x509_csr(good["server"].encode())
    der = bytearray(request.public_bytes(Encoding.DER))
    der[-1] ^= 1
    forged = x509.load_der_x509_csr(bytes(der)).public_bytes(Encoding.PEM).decode()
    weak = rsa.generate_private_key(65537, 2048)
    other = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(weak, SHA256())
    for requests in (
        {**good, "server": forged},
        {**good, "server": other.public_bytes(Encoding.PEM).decode()},
        {**good, "server": "not a request"},
        {**good, "haproxy": good["server"]},
        {"server": good["server"]},
        {},
    ):
        with pytest.raises(InvalidInput):
            signer.enrol(secret, HOSTS, requests)
    assert signer.enrol(secret, HOSTS, good).server == 2


def test_a_token_that_is_refused_says_how_one_gets_another(signer: Signer) -> None:
    with pytest.raises(Unauthorized, match=r"zato server create --token; .* --replace .* zato server tokens"):
        signer.enrol(b"x" * 32, HOSTS, requests_of(new_key_pairs()))


def test_a_damaged_register_lets_nobody_in(signer: Signer, tmp_path: Path) -> None:
    secret = signer.new_token(taken={1}).secret
    (tmp_path / "pki" / "enrolment.json").write_text('{"tokens": [')
    with pytest.raises(SetupError):
        signer.enrol(secret, HOSTS, requests_of(new_key_pairs()))


@pytest.mark.parametrize(
    "question", [b"", b"{}\n", b'{"type":"sign"}\n', b"\xff\n", b'{"type":"revoke","number":"x"}\n']
)
def test_what_is_no_question_is_answered_and_changes_nothing(signer: Signer, question: bytes) -> None:
    said = io.BytesIO()
    answer(signer, io.BytesIO(question), said)
    assert json.loads(said.getvalue())["raised"] == "InvalidInput"
    assert signer.registered().servers == ()


def test_servers_of_another_release_are_understood_and_understand(signer: Signer) -> None:
    """During an upgrade the signer is of one release, and the servers that ask it are of two."""
    token = signer.new_token(taken={1}).registered
    said = io.BytesIO()
    answer(signer, io.BytesIO(b'{"type": "known"}\n'), said)
    (found,) = json.loads(said.getvalue())["known"]["tokens"]
    assert (found["digest"], found["server"]) == (token.id, 2)


def test_where_the_signer_was_lost_nothing_is_said_to_have_no_certificates(signer: Signer, tmp_path: Path) -> None:
    client = SigningClient(tmp_path / "sign.sock", tmp_path / "pki" / "ca.key")
    assert client.revoke(2) is False  # no token was ever made
    joined(signer, new_key_pairs())
    with pytest.raises(Unavailable) as caught:
        client.revoke(2)
    assert caught.value.code == "no-signer"
