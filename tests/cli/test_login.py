"""Where a login goes, what the cluster is known by, and what is sent before that is settled: nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography import x509

from support.certificates import CertificateAuthority
from support.http_peer import HttpPeer, Received, Reply, server_context
from support.told_api import NOWHERE
from zato.cli import session_file
from zato.cli.connection import Target
from zato.cli.login import _base_url, login, logout
from zato.core.errors import Forbidden, InvalidInput, SetupError, Unauthorized, Unavailable, ZatoError
from zato.pki.certificates import fingerprint

SESSION = {"principal": "jane", "roles": ["viewer"], "expires": "2026-11-24T12:00:00Z"}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("zato.example.com", "https://zato.example.com:11223"),
        ("https://zato.example.com", "https://zato.example.com:11223"),
        ("https://zato.example.com/", "https://zato.example.com:11223"),
        ("https://zato.example.com:8443", "https://zato.example.com:8443"),
        ("HTTPS://Zato.Example.com", "https://zato.example.com:11223"),
        ("127.0.0.1:8443", "https://127.0.0.1:8443"),
        ("https://[::1]:8443", "https://[::1]:8443"),
    ],
)
def test_an_address_may_leave_out_what_is_usual(given: str, expected: str) -> None:
    assert _base_url(given) == expected


@pytest.mark.parametrize(
    "given",
    [
        "http://zato.example.com",
        "https://jane:secret@zato.example.com",
        "https://zato.example.com/zato/api",
        "https://zato.example.com?x=1",
        "https://",
        "https://[::1",
        "https://zato.example.com:port",
        "",
    ],
)
def test_what_is_no_address_of_a_cluster_is_refused_and_no_password_is_repeated(given: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        _base_url(given)
    assert raised.value.code == "invalid-url"
    assert "secret" not in raised.value.message


@dataclass
class Cluster:
    """Somewhere else, behind its own CA."""

    peer: HttpPeer
    authority: CertificateAuthority
    password: Path

    @property
    def fingerprint(self) -> str:
        return fingerprint(x509.load_pem_x509_certificate(self.authority.certificate.read_bytes()))

    def login(self, *words: str) -> Result:
        options = ["--user", "jane", "--password-file", str(self.password)]
        return run(login, self.peer.address, *options, *words)


def run(command: object, *words: str, as_json: bool = False) -> Result:
    return CliRunner().invoke(command, words, obj=Target(NOWHERE, as_json), catch_exceptions=False)  # type: ignore[arg-type]


def opened(received: Received) -> Reply:
    return Reply(200, json.dumps({"session": SESSION, "token": "t0ken"}).encode())


def refusing(error: ZatoError) -> Reply:
    body = {"error": {"code": error.code, "message": error.message, "cid": "c", "details": []}}
    return Reply(error.status, json.dumps(body).encode())


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    (tmp_path / "password").write_text("correct horse\n")
    authority = CertificateAuthority(tmp_path)
    pair = authority.issue("localhost", ("localhost",))
    pair.certificate.write_bytes(pair.certificate.read_bytes() + authority.certificate.read_bytes())
    with HttpPeer(opened, context=server_context(pair)) as peer:
        yield Cluster(peer, authority, tmp_path / "password")


def test_a_cluster_that_is_not_known_is_named_by_its_fingerprint_and_sent_nothing(cluster: Cluster) -> None:
    with pytest.raises(SetupError) as raised:
        cluster.login()
    assert raised.value.code == "authority-unknown"
    shown = raised.value.message.partition("SHA-256 fingerprint ")[2].partition(":")[0] + ":"
    assert cluster.fingerprint.upper().startswith(shown.removesuffix(":"))
    assert cluster.peer.received == []
    assert session_file.current() is None


def test_another_ca_than_the_one_that_was_compared_is_sent_nothing(cluster: Cluster) -> None:
    with pytest.raises(SetupError) as raised:
        cluster.login("--fingerprint", "00" * 32)
    assert raised.value.code == "other-authority"
    assert cluster.peer.received == []


@pytest.mark.parametrize("upper", [False, True])
@pytest.mark.parametrize("separator", ["", ":"])
def test_a_fingerprint_may_be_written_as_openssl_does_or_plainly(cluster: Cluster, upper: bool, separator: str) -> None:
    plain = cluster.fingerprint
    written = separator.join(plain[index : index + 2] for index in range(0, len(plain), 2))
    cluster.login("--fingerprint", f" {written.upper() if upper else written} ")
    found = session_file.current()
    assert found is not None
    assert (found.url, found.user, found.token) == (f"https://localhost:{cluster.peer.port}", "jane", "t0ken")
    assert found.ca.read_bytes() == cluster.authority.certificate.read_bytes()


def test_the_ca_is_given_once(cluster: Cluster) -> None:
    with pytest.raises(InvalidInput) as raised:
        cluster.login("--fingerprint", cluster.fingerprint, "--ca", str(cluster.authority.certificate))
    assert raised.value.code == "usage"
    assert cluster.peer.accepted == 0


def test_a_cluster_that_is_known_is_not_asked_for_its_ca_again(cluster: Cluster) -> None:
    cluster.login("--ca", str(cluster.authority.certificate))
    before = cluster.peer.accepted
    done = cluster.login()
    assert cluster.peer.accepted == before + 1
    assert done.stdout.startswith("You are jane at https://localhost:")
    assert "with viewer, until 2026-11-24 12:00:00 UTC at most" in done.stdout


def test_whoever_has_a_second_factor_is_not_asked_where_nobody_types(cluster: Cluster) -> None:
    cluster.peer.answer = lambda received: refusing(Forbidden("Give a code.", code="totp-needed"))
    with pytest.raises(Forbidden):
        cluster.login("--ca", str(cluster.authority.certificate))
    cluster.peer.answer = opened
    cluster.login("--code", "123456")
    assert json.loads(cluster.peer.received[-1].body)["code"] == "123456"


@pytest.mark.parametrize(
    ("error", "told"), [(None, True), (Unauthorized("It is over."), True), (Unavailable("Not now."), False)]
)
def test_a_logout_forgets_the_session_and_says_where_its_token_goes_on(
    cluster: Cluster, error: ZatoError | None, told: bool
) -> None:
    cluster.login("--ca", str(cluster.authority.certificate))
    cluster.peer.answer = lambda received: Reply() if error is None else refusing(error)
    done = run(logout)
    assert cluster.peer.received[-1].headers["Authorization"] == "Bearer t0ken"
    assert session_file.current() is None
    assert ("the token goes on until 2026-11-24 12:00:00 UTC" in done.stderr) == (not told)
    with pytest.raises(InvalidInput) as raised:
        run(logout)
    assert raised.value.code == "not-logged-in"
