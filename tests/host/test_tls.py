"""How certificates of others are verified: the same on every Python, whatever it does by itself."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from support.certificates import CertificateAuthority
from zato.amqp.identity import TlsIdentity
from zato.connector.tls import client_context
from zato.host.tls import breaks_a_rule_only, verifying_context
from zato.odb.address import DatabaseTls, connect_arguments, parse
from zato.pki.authority import Authority, Usage, key_pem

KEY = ec.generate_private_key(ec.SECP256R1())
USUAL = ssl.VERIFY_X509_TRUSTED_FIRST | ssl.VERIFY_X509_PARTIAL_CHAIN


def handshake(context: ssl.SSLContext, certificate: Path, key: Path, host: str = "localhost") -> None:
    """Between two ends in memory. Raises what the client raises."""
    server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_context.load_cert_chain(certificate, key)
    towards_client, towards_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(towards_client, towards_server, server_hostname=host)
    server = server_context.wrap_bio(towards_server, towards_client, server_side=True)
    done: set[ssl.SSLObject] = set()
    for _ in range(10):
        for end in (client, server):
            try:
                end.do_handshake()
                done.add(end)
            except ssl.SSLWantReadError:
                pass
        if len(done) == 2:
            return
    raise AssertionError("the handshake has not ended")


def self_signed(directory: Path, *extensions: x509.ExtensionType) -> tuple[Path, Path]:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(KEY.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    certificate, key = directory / "own.crt", directory / "own.key"
    certificate.write_bytes(builder.sign(KEY, SHA256()).public_bytes(Encoding.PEM))
    key.write_bytes(key_pem(KEY))
    return certificate, key


def test_every_connection_of_zatos_own_verifies_the_same_way(tmp_path: Path) -> None:
    authority = Authority(tmp_path / "pki")
    authority.create("zato")
    authority.issue("admin", usage=Usage.CLIENT)
    ca, own = authority.certificate_path, (tmp_path / "pki/admin.crt", tmp_path / "pki/admin.key")
    odb = connect_arguments(parse("mysql+pymysql://db.example.com/zato"), DatabaseTls(ca))["ssl"]
    contexts = (
        odb,
        connect_arguments(parse("mysql+pymysql://db.example.com/zato"), None)["ssl"],
        TlsIdentity(ca, *own).context(),
        client_context(None, strict=False),
        client_context(ca.read_text(), strict=False),
        client_context(ca.read_text(), own[0].read_text(), own[1].read_text(), strict=False),
    )
    for context in contexts:
        assert context.verify_flags == USUAL
        assert context.verify_mode is ssl.CERT_REQUIRED
        assert context.check_hostname
    for context in (client_context(None, strict=True), client_context(ca.read_text(), strict=True)):
        assert context.verify_flags == USUAL | ssl.VERIFY_X509_STRICT


def test_what_the_cluster_issues_breaks_no_rule(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    authority.create("zato")
    authority.issue_server("db", hosts=("localhost", "127.0.0.1"))
    handshake(
        verifying_context(ca_file=authority.certificate_path, strict=True), tmp_path / "db.crt", tmp_path / "db.key"
    )


def test_an_authority_without_key_usage_is_a_matter_of_choice(tmp_path: Path) -> None:
    authority = CertificateAuthority(tmp_path)
    pair = authority.issue("peer", ("localhost",))
    handshake(verifying_context(ca_file=authority.certificate), pair.certificate, pair.key)
    with pytest.raises(ssl.SSLCertVerificationError, match="Path length given without key usage") as caught:
        handshake(verifying_context(ca_file=authority.certificate, strict=True), pair.certificate, pair.key)
    assert breaks_a_rule_only(caught.value)


def test_a_certificate_that_signed_itself_is_believed_where_it_is_given(tmp_path: Path) -> None:
    for extensions in ((), (x509.BasicConstraints(ca=True, path_length=None),)):
        certificate, key = self_signed(tmp_path, *extensions)
        handshake(verifying_context(ca_file=certificate), certificate, key)
        with pytest.raises(ssl.SSLCertVerificationError, match="self-signed certificate"):
            handshake(verifying_context(), certificate, key)


@pytest.mark.parametrize("strict", [False, True])
def test_what_leaves_a_doubt_is_refused_either_way(tmp_path: Path, strict: bool) -> None:
    authority = Authority(tmp_path / "pki")
    authority.create("zato")
    authority.issue_server("db", hosts=("localhost",))
    db = (tmp_path / "pki/db.crt", tmp_path / "pki/db.key")
    (tmp_path / "other").mkdir()
    other = CertificateAuthority(tmp_path / "other").certificate
    for context, host in (
        (verifying_context(ca_file=other, strict=strict), "localhost"),
        (verifying_context(ca_file=authority.certificate_path, strict=strict), "other.example"),
        (verifying_context(strict=strict), "localhost"),
    ):
        with pytest.raises(ssl.SSLCertVerificationError) as caught:
            handshake(context, *db, host=host)
        assert not breaks_a_rule_only(caught.value)


def test_one_certificate_of_a_chain_is_enough(tmp_path: Path) -> None:
    """Whether its issuer is known too is one of the things that Pythons do not agree on."""
    authority = Authority(tmp_path)
    authority.create("zato")
    authority.issue_server("db", hosts=("localhost",))
    leaf = (tmp_path / "db.crt").read_text().partition("-----END CERTIFICATE-----")
    for strict in (False, True):
        context = verifying_context(ca_pem="".join(leaf[:2]) + "\n", strict=strict)
        handshake(context, tmp_path / "db.crt", tmp_path / "db.key")
