"""Who gets certificates of the cluster from its signer, and which."""

from __future__ import annotations

import base64
import io
import json
import secrets
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from support.set_clock import SetClock
from zato.cluster.signing.client import SigningClient, answer
from zato.cluster.signing.requests import KeyPairs, new_key_pairs, sign
from zato.cluster.signing.signer import Signed, Signer
from zato.cluster.signing.statement import Purpose, Statement, written
from zato.core.errors import Conflict, InvalidInput, NotFound, SetupError, Unauthorized, Unavailable
from zato.pki.authority import Authority, Usage
from zato.pki.certificates import hosts_of
from zato.pki.components import issue_missing

HOSTS = ("10.0.0.2", "second.example.com")


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def signer(tmp_path: Path, clock: SetClock) -> Signer:
    authority = Authority(tmp_path / "pki", clock)
    authority.create("zato")
    issue_missing(authority, hosts=("first.example.com",), servers=1, clock=clock)
    return Signer(tmp_path / "pki", clock)


def requests_of(pairs: KeyPairs) -> dict[str, str]:
    return {part.value: text for part, text in pairs.requests.items()}


def joined(signer: Signer, pairs: KeyPairs, hosts: tuple[str, ...] = HOSTS) -> Signed:
    return signer.enrol(signer.new_token(taken={1}).secret, hosts, requests_of(pairs))


def asking(
    signed: Signed, pairs: KeyPairs, clock: SetClock, purpose: Purpose, requests: dict[str, str] | None = None
) -> tuple[str, str, bytes]:
    text = written(Statement(purpose=purpose, at=clock.now(), requests=requests or {}))
    key = next(key for part, key in pairs.keys.items() if part.value == "server")
    leaf = signed.certificates["server"].split("-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----\n"
    return leaf, text, sign(key, text.encode())


def leaf_of(signed: Signed, part: str) -> x509.Certificate:
    return x509.load_pem_x509_certificates(signed.certificates[part].encode())[0]


def common_name(certificate: x509.Certificate) -> str:
    return str(certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)


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


def foreign_request() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "haproxy")])
    builder = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(subject)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("bank.example.com")]), critical=False)
    )
    return builder.sign(key, SHA256()).public_bytes(Encoding.PEM).decode()


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


@pytest.mark.parametrize(
    "hosts",
    [("first.example.com",), ("FIRST.example.com",), ("*.example.com",), ("localhost",), ("a b",), (), ("x",) * 11],
)
def test_nobody_gets_a_certificate_for_the_balancers_name_for_all_names_or_for_none(
    signer: Signer, hosts: tuple[str, ...]
) -> None:
    with pytest.raises(InvalidInput):
        joined(signer, new_key_pairs(), hosts)


def test_nobody_gets_a_certificate_for_another_servers_machine(signer: Signer) -> None:
    joined(signer, new_key_pairs())
    with pytest.raises(InvalidInput, match="another machine"):
        joined(signer, new_key_pairs(), ("10.0.0.3", "second.example.com"))


@pytest.mark.parametrize("host", ["fd00:0::2", "FD00::2", "fd00::2%eth0", "::ffff:10.0.0.2", "Second.Example.com"])
def test_another_way_to_write_a_name_or_an_address_is_not_another_one(signer: Signer, host: str) -> None:
    joined(signer, new_key_pairs(), ("fd00::2", *HOSTS))
    with pytest.raises(InvalidInput, match="server 2") as refused:
        joined(signer, new_key_pairs(), ("10.0.0.3", host))
    assert refused.value.code == "host-taken"


def test_addresses_stand_in_certificates_and_in_the_register_as_everybody_writes_them(signer: Signer) -> None:
    signed = joined(signer, new_key_pairs(), ("fd00:0::2", "fd00::2%eth0", "0:0:0::1"))
    assert set(hosts_of(leaf_of(signed, "lighttpd"))) == {"fd00::2", "lighttpd-2", "localhost", "127.0.0.1", "::1"}
    assert signer.registered().servers[0].hosts == ("fd00::2",)


@pytest.mark.parametrize("host", ["lighttpd-1", "LIGHTTPD-1", "lighttpd-2", "lighttpd-agent-1", "haproxy", "rabbitmq"])
def test_nobody_gets_a_certificate_that_passes_as_a_component(signer: Signer, host: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        joined(signer, new_key_pairs(), ("10.0.0.3", host))
    assert refused.value.code == "component-name"


@pytest.fixture
def programs(signer: Signer, tmp_path: Path) -> Path:
    """The CA's directory; its programs' certificates were moved to where those run, but for one."""
    authority = Authority(tmp_path / "pki")
    authority.issue_server("db-1", hosts=("db-1.example.com", "10.0.0.7", "fd00::7", "*.db.example.com"))
    authority.issue_server("queue", hosts=("old.example.com",))
    authority.issue_server("queue", hosts=("new.example.com",), replace=True)
    authority.issue("rabbitmq", usage=Usage.SERVER, hosts=("mq.example.com", "localhost"))
    for path in [*(tmp_path / "pki").glob("db-1.*"), *(tmp_path / "pki").glob("rabbitmq.*")]:
        path.rename(tmp_path / path.name)
    return tmp_path / "pki"


@pytest.mark.parametrize(
    "host",
    [
        *("db-1.example.com", "DB-1.Example.COM", "10.0.0.7", "::ffff:10.0.0.7", "fd00:0::7", "fd00::7%eth0"),
        *("db-1", "a.db.example.com", "old.example.com", "new.example.com", "mq.example.com"),
    ],
)
def test_nobody_gets_a_certificate_for_the_name_of_a_program(signer: Signer, programs: Path, host: str) -> None:
    token = signer.new_token(taken={1})
    for hosts in ((host,), ("10.0.0.3", host), (host, "10.0.0.3")):
        with pytest.raises(InvalidInput, match="program that has the certificate") as refused:
            signer.enrol(token.secret, hosts, requests_of(new_key_pairs()))
        assert refused.value.code == "program-name"
    assert signer.registered().servers == ()
    assert signer.enrol(token.secret, ("10.0.0.3", "third.example.com"), requests_of(new_key_pairs())).server == 2


@pytest.mark.parametrize(
    "written", ["db-1.example.com.", "db-1.example.com\n", " db-1.example.com", "db-1\0", "a,b", "10.7"]
)
def test_what_is_no_host_name_is_in_no_certificate(signer: Signer, programs: Path, written: str) -> None:
    with pytest.raises(InvalidInput):
        joined(signer, new_key_pairs(), ("10.0.0.3", written))


@pytest.mark.parametrize(
    "host", ["127.1", "0x7f.1", "2130706433", "0177.0.0.1", "0.0.0.0", "::", "224.0.0.1", "ff02::1"]
)
def test_an_address_of_no_machine_alone_is_in_no_certificate(signer: Signer, host: str) -> None:
    with pytest.raises(InvalidInput):
        joined(signer, new_key_pairs(), ("10.0.0.3", host))


@pytest.mark.parametrize(
    "host", ["LOCALHOST", "localhost.localdomain", "a.localhost", "ip6-localhost", "127.0.0.2", "::ffff:127.0.0.9"]
)
def test_of_loopback_a_machine_has_what_all_have(signer: Signer, host: str) -> None:
    signed = joined(signer, new_key_pairs(), ("10.0.0.3", host))
    assert set(hosts_of(leaf_of(signed, "lighttpd"))) == {"10.0.0.3", "lighttpd-2", "localhost", "127.0.0.1", "::1"}


def test_nobody_gets_a_certificate_for_an_address_of_the_balancers_machine(signer: Signer) -> None:
    token = signer.new_token(taken={1}, balancer=("esb.example.com", "10.0.0.1", "fd00::1"))
    for host in ("esb.example.com", "10.0.0.1", "::ffff:10.0.0.1", "fd00:0::1"):
        with pytest.raises(InvalidInput) as refused:
            signer.enrol(token.secret, ("10.0.0.3", host), requests_of(new_key_pairs()))
        assert refused.value.code == "host-taken"
    signer.cancel_token(token.registered.id)
    moved = signer.new_token(taken={1}, balancer=("10.0.0.9",))
    assert signer.enrol(moved.secret, ("10.0.0.1",), requests_of(new_key_pairs())).server == 2


def test_the_names_of_a_program_that_is_gone_are_free(signer: Signer, programs: Path) -> None:
    authority = Authority(programs)
    for name in ("db-1", "queue"):
        authority.remove(name)
    assert not list(programs.glob("queue.*"))
    signed = joined(signer, new_key_pairs(), ("db-1.example.com", "old.example.com", "new.example.com"))
    assert "db-1.example.com" in hosts_of(leaf_of(signed, "lighttpd"))
    with pytest.raises(NotFound, match="no certificate db-1"):
        authority.remove("db-1")
    for name in ("ca", "haproxy", "admin", "rabbitmq"):
        with pytest.raises(InvalidInput):
            authority.remove(name)


def test_a_program_gets_no_certificate_for_the_name_of_a_component(signer: Signer, tmp_path: Path) -> None:
    for host in ("lighttpd-1", "HAProxy-agent"):
        with pytest.raises(InvalidInput, match="name of a component"):
            Authority(tmp_path / "pki").issue_server("db-1", hosts=("db-1.example.com", host))


@pytest.mark.parametrize("name", ["issued.json", "partner.crt"])
def test_where_it_is_not_known_whose_names_there_are_nobody_joins(signer: Signer, programs: Path, name: str) -> None:
    (programs / name).write_text("{", encoding="ascii")
    with pytest.raises(SetupError, match=name):
        joined(signer, new_key_pairs())


def test_whose_name_was_taken_is_told_with_what_makes_it_free(signer: Signer) -> None:
    joined(signer, new_key_pairs())
    token = signer.new_token(taken={1})
    asked = requests_of(new_key_pairs())
    with pytest.raises(InvalidInput) as refused:
        signer.enrol(token.secret, HOSTS, asked)
    assert refused.value.code == "host-taken"
    for word in ("server 2", "zato server create --token --replace 2", "zato server remove 2"):
        assert word in refused.value.message
    signer.revoke(2)
    assert signer.enrol(token.secret, HOSTS, asked).server == 3


def test_a_token_that_is_refused_says_how_one_gets_another(signer: Signer) -> None:
    with pytest.raises(Unauthorized, match=r"zato server create --token; .* --replace .* zato server tokens"):
        signer.enrol(b"x" * 32, HOSTS, requests_of(new_key_pairs()))


def test_a_server_renews_its_own_certificates_for_the_hosts_that_it_joined_with(
    signer: Signer, clock: SetClock
) -> None:
    pairs, new = new_key_pairs(), new_key_pairs()
    first = joined(signer, pairs)
    renewed = signer.renew(*asking(first, pairs, clock, Purpose.RENEW, requests_of(new)))
    assert renewed.server == 2
    assert hosts_of(leaf_of(renewed, "lighttpd")) == hosts_of(leaf_of(first, "lighttpd"))
    assert leaf_of(renewed, "server") != leaf_of(first, "server")
    # An answer that got lost leaves a server with the certificate that it had
    assert signer.renew(*asking(first, pairs, clock, Purpose.RENEW, requests_of(new_key_pairs()))).server == 2


def test_renewing_takes_a_valid_certificate_and_a_fresh_signature_for_just_that(
    signer: Signer, clock: SetClock, tmp_path: Path
) -> None:
    pairs = new_key_pairs()
    signed = joined(signer, pairs)
    wanted = requests_of(new_key_pairs())
    leaf, text, signature = asking(signed, pairs, clock, Purpose.RENEW, wanted)
    lighttpd = signed.certificates["lighttpd"]
    another = Authority(tmp_path / "pki", clock).issue("server-2", usage=Usage.CLIENT)
    stranger = another.public_bytes(Encoding.PEM).decode()
    leaving = asking(signed, pairs, clock, Purpose.LEAVE)
    for case in (
        (leaf, text.replace("renew", "leave"), signature),
        (leaf, text + " ", signature),
        (leaf, text, b"no signature"),
        (lighttpd, text, signature),
        (stranger, text, signature),
        ("no certificate", text, signature),
        leaving,
    ):
        with pytest.raises(Unauthorized):
            signer.renew(*case)
    clock.advance(timedelta(minutes=6))
    with pytest.raises(Conflict) as refused:
        signer.renew(leaf, text, signature)
    assert refused.value.code == "clock-differs"
    clock.advance(timedelta(days=90))
    with pytest.raises(Unauthorized):
        signer.renew(*asking(signed, pairs, clock, Purpose.RENEW, wanted))


def test_what_was_revoked_renews_nothing(signer: Signer, clock: SetClock) -> None:
    pairs = new_key_pairs()
    signed = joined(signer, pairs)
    assert signer.revoke(2)
    assert not signer.revoke(2)
    assert not signer.revoke(7)
    with pytest.raises(Unauthorized):
        signer.renew(*asking(signed, pairs, clock, Purpose.RENEW, requests_of(new_key_pairs())))


def test_a_server_that_leaves_is_revoked_and_cannot_come_back_by_itself(signer: Signer, clock: SetClock) -> None:
    pairs = new_key_pairs()
    signed = joined(signer, pairs)
    assert signer.leave(*asking(signed, pairs, clock, Purpose.LEAVE)) == 2
    with pytest.raises(Unauthorized):
        signer.renew(*asking(signed, pairs, clock, Purpose.RENEW, requests_of(new_key_pairs())))
    assert not any(server.is_member(clock.now()) for server in signer.registered().servers)


def test_leaving_is_repeated_until_the_number_is_another_servers(signer: Signer, clock: SetClock) -> None:
    pairs = new_key_pairs()
    signed = joined(signer, pairs)
    for _ in range(2):
        assert signer.leave(*asking(signed, pairs, clock, Purpose.LEAVE)) == 2
    joined(signer, new_key_pairs())
    with pytest.raises(Unauthorized):
        signer.leave(*asking(signed, pairs, clock, Purpose.LEAVE))


def test_leaving_is_not_repeated_once_this_machine_has_the_number(signer: Signer, clock: SetClock) -> None:
    pairs = new_key_pairs()
    signed = joined(signer, pairs)
    with pytest.raises(SetupError, match=r"another machine, 10\.0\.0\.2.*zato server remove 2"):
        signer.claim(2)
    signer.revoke(2)
    signer.claim(2)
    with pytest.raises(Unauthorized):
        signer.leave(*asking(signed, pairs, clock, Purpose.LEAVE))


def test_the_number_of_a_token_that_can_be_used_is_not_started_here(signer: Signer, clock: SetClock) -> None:
    token = signer.new_token(taken={1})
    signer.claim(1)
    with pytest.raises(SetupError, match=f"zato server cancel {token.registered.id}") as refused:
        signer.claim(2)
    assert refused.value.code == "number-reserved"
    signer.cancel_token(token.registered.id)
    signer.claim(2)
    signer.new_token(taken={1})
    clock.advance(timedelta(hours=1))
    signer.claim(2)


def test_the_number_of_a_server_that_is_alive_goes_to_no_other_machine(signer: Signer) -> None:
    joined(signer, new_key_pairs())
    asked = requests_of(new_key_pairs())
    replacing = signer.new_token(taken={1, 2}, replaces=2)
    fresh = signer.new_token(taken={1, 2})
    for token, number, word in (
        (replacing, 2, "systemctl stop zato-server@2"),
        (fresh, 3, "zato server create --token"),
    ):
        with pytest.raises(Conflict, match=word) as refused:
            signer.enrol(token.secret, ("10.0.0.9",), asked, alive={1, 2, 3})
        assert refused.value.code == "server-alive"
        assert signer.enrol(token.secret, (f"10.0.1.{number}",), asked, alive={1}).server == number  # was not spent


def test_the_signer_is_told_who_is_alive_through_its_socket(signer: Signer) -> None:
    token = signer.new_token(taken={1})
    question = {
        "type": "enrol",
        "secret": base64.b64encode(token.secret).decode(),
        "hosts": HOSTS,
        "requests": requests_of(new_key_pairs()),
        "alive": [2],
    }
    said = io.BytesIO()
    answer(signer, io.BytesIO(json.dumps(question).encode() + b"\n"), said)
    assert json.loads(said.getvalue())["code"] == "server-alive"


def test_a_machine_takes_the_place_of_its_own_server_while_that_is_alive(signer: Signer) -> None:
    joined(signer, new_key_pairs(), ("fd00::2", "second.example.com"))
    token = signer.new_token(taken={1, 2}, replaces=2)
    asked = requests_of(new_key_pairs())
    assert signer.enrol(token.secret, ("fd00:0::2", "renamed.example.com"), asked, alive={1, 2}).server == 2


def test_clocks_that_differ_are_told_to_whom_the_signature_was_believed_only(signer: Signer, clock: SetClock) -> None:
    pairs = new_key_pairs()
    signed = joined(signer, pairs)
    leaf, text, signature = asking(signed, pairs, clock, Purpose.LEAVE)
    for minutes in (-6, 12):
        clock.advance(timedelta(minutes=minutes))
        with pytest.raises(Conflict, match=r"clocks differ.*NTP") as refused:
            signer.leave(leaf, text, signature)
        assert refused.value.code == "clock-differs"
        for case in ((leaf, text, signature[:-1]), (leaf, text.replace("leave", "renew"), signature)):
            with pytest.raises(Unauthorized):
                signer.leave(*case)
    assert signer.registered().servers[0].is_member(clock.now())


def test_what_a_server_is_replaced_by_makes_the_certificates_of_the_former_one_worthless(
    signer: Signer, clock: SetClock
) -> None:
    old, new = new_key_pairs(), new_key_pairs()
    before = joined(signer, old)
    token = signer.new_token(taken={1, 2}, replaces=2)
    assert signer.renew(*asking(before, old, clock, Purpose.RENEW, requests_of(new_key_pairs()))).server == 2
    now = signer.enrol(token.secret, HOSTS, requests_of(new))
    assert now.server == 2
    with pytest.raises(Unauthorized):
        signer.renew(*asking(before, old, clock, Purpose.RENEW, requests_of(new_key_pairs())))
    assert signer.renew(*asking(now, new, clock, Purpose.RENEW, requests_of(new_key_pairs()))).server == 2


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
