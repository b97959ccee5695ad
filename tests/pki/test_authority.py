"""What the cluster's authority issues, and what it refuses to."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from zato.core.errors import InvalidInput, SetupError
from zato.pki.authority import Authority, Usage
from zato.pki.certificates import fingerprint, hosts_of, is_pair, load_certificate, to_pem
from zato.pki.components import issue_missing, renewed_by_the_cluster
from zato.pki.renewal import due, list_certificates


class SetClock:
    """A clock that stands still."""

    def __init__(self, now: datetime) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.time.timestamp()


@pytest.fixture
def clock() -> SetClock:
    return SetClock(datetime.now(UTC))


@pytest.fixture
def authority(tmp_path: Path, clock: SetClock) -> Authority:
    made = Authority(tmp_path / "pki", clock)
    made.create("zato")
    return made


def verify(authority: Authority, name: str, purpose: str) -> bool:
    command = ["openssl", "verify", "-x509_strict", "-purpose", purpose, "-CAfile", str(authority.certificate_path)]
    done = subprocess.run([*command, str(authority.directory / f"{name}.crt")], capture_output=True, check=False)
    return done.returncode == 0


def test_openssl_accepts_each_certificate_for_its_purpose_only(authority: Authority) -> None:
    authority.issue("web", usage=Usage.SERVER, hosts=("localhost", "127.0.0.1", "::1"))
    authority.issue_client("partner")
    assert (verify(authority, "web", "sslserver"), verify(authority, "web", "sslclient")) == (True, False)
    assert (verify(authority, "partner", "sslserver"), verify(authority, "partner", "sslclient")) == (False, True)


def test_a_certificate_file_has_the_leaf_and_then_the_ca(authority: Authority) -> None:
    authority.issue_client("partner")
    chain = x509.load_pem_x509_certificates((authority.directory / "partner.crt").read_bytes())
    assert [certificate.subject.rfc4514_string() for certificate in chain[:1]] == ["CN=partner"]
    assert chain[1:] == [authority.load()]


def test_private_keys_are_for_their_owner_only(authority: Authority) -> None:
    authority.issue_client("partner")
    for path in authority.directory.glob("*.key"):
        assert path.stat().st_mode & 0o777 == 0o600
    assert authority.directory.stat().st_mode & 0o777 == 0o700


def test_a_key_belongs_to_whoever_is_to_read_it_and_is_not_issued_for_somebody_unknown(
    authority: Authority, clock: SetClock
) -> None:
    authority.issue_client("partner")
    # Only root can give files away
    user = 12345 if os.geteuid() == 0 else os.geteuid()
    Authority(authority.directory, clock, lambda name: (user, os.getegid())).renew("partner")
    pair = [authority.directory / f"partner.{end}" for end in ("key", "crt")]
    assert [path.stat().st_uid for path in pair] == [user, os.geteuid()]
    before = [path.read_bytes() for path in pair]

    def nobody(name: str) -> tuple[int, int]:
        raise SetupError(f"This system has no user for {name}.")

    with pytest.raises(SetupError, match="no user for partner"):
        Authority(authority.directory, clock, nobody).renew("partner")
    assert [path.read_bytes() for path in pair] == before


def test_a_leaf_cannot_issue_certificates_and_the_authority_no_further_authorities(authority: Authority) -> None:
    leaf = authority.issue_client("partner")
    assert leaf.extensions.get_extension_for_class(x509.BasicConstraints).value == x509.BasicConstraints(False, None)
    own = authority.load().extensions.get_extension_for_class(x509.BasicConstraints)
    assert own.value == x509.BasicConstraints(True, 0) and own.critical


def test_two_clusters_of_one_name_have_authorities_of_different_names(tmp_path: Path) -> None:
    subjects = set()
    for directory in ("one", "two"):
        made = Authority(tmp_path / directory)
        made.create("zato")
        subjects.add(made.load().subject.public_bytes())
    assert len(subjects) == 2


def test_an_authority_is_never_replaced(authority: Authority) -> None:
    before = authority.key_path.read_bytes()
    with pytest.raises(SetupError, match="already"):
        authority.create("zato")
    assert authority.key_path.read_bytes() == before


def test_without_an_authority_nothing_is_issued(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="create the cluster first"):
        Authority(tmp_path).issue_client("partner")


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../a", "a/b", "a b", "a\n", "a\r\nX: y", "-a", "a" * 65, "zoë", "a\x00", "*", "CN=a"]
)
def test_a_name_that_is_no_name_is_refused(authority: Authority, name: str) -> None:
    with pytest.raises(InvalidInput, match="cannot be the name of a certificate"):
        authority.issue_client(name)


@pytest.mark.parametrize(
    "name", ["haproxy", "haproxy-client", "haproxy-agent", "ca", "lighttpd-1", "lighttpd-12", "server-1", "rabbitmq"]
)
def test_a_client_cannot_have_the_name_of_a_component(authority: Authority, name: str) -> None:
    with pytest.raises(InvalidInput, match="choose another one"):
        authority.issue_client(name)


@pytest.mark.parametrize("host", ["", "a b", "-a", "a..b", "a\n", "http://a", "a:1", "*", "*.*.a", "x" * 64, "zoë"])
def test_a_host_that_is_no_host_is_refused(authority: Authority, host: str) -> None:
    with pytest.raises(InvalidInput, match="neither a host name nor an IP address"):
        authority.issue("web", usage=Usage.SERVER, hosts=(host,))
    assert not (authority.directory / "web.crt").exists()


def test_a_server_needs_a_host(authority: Authority) -> None:
    with pytest.raises(InvalidInput, match="at least one host"):
        authority.issue("web", usage=Usage.SERVER)


def test_a_certificate_is_due_from_two_thirds_of_its_life(authority: Authority, clock: SetClock) -> None:
    certificate = authority.issue_client("partner", days=90)
    assert not due(clock.now() + timedelta(days=59, hours=23), certificate)
    assert due(clock.now() + timedelta(days=60), certificate)


def test_renewing_keeps_everything_but_key_and_time(authority: Authority, clock: SetClock) -> None:
    old = authority.issue("web", usage=Usage.BOTH, hosts=("example.org", "10.0.0.1"), common_name="site", days=30)
    clock.time += timedelta(days=25)
    new = authority.renew("web")
    assert new.subject == old.subject and hosts_of(new) == hosts_of(old) == ("example.org", "10.0.0.1")
    assert new.public_key() != old.public_key() and new.serial_number != old.serial_number
    assert new.not_valid_after_utc - old.not_valid_after_utc == timedelta(days=25)
    usage = x509.ExtendedKeyUsage
    assert new.extensions.get_extension_for_class(usage) == old.extensions.get_extension_for_class(usage)
    assert is_pair(authority.directory / "web.crt")


def test_the_authority_itself_is_not_renewed_in_place(authority: Authority) -> None:
    with pytest.raises(InvalidInput, match="every certificate of the cluster invalid"):
        authority.renew("ca")


def test_a_missing_or_broken_certificate_is_named(authority: Authority) -> None:
    with pytest.raises(SetupError, match=r"nobody\.crt cannot be read"):
        authority.renew("nobody")
    (authority.directory / "broken.crt").write_text("no certificate")
    with pytest.raises(SetupError, match=r"broken\.crt is not a PEM certificate"):
        authority.renew("broken")


def test_certificates_are_listed_with_what_one_wants_to_know(authority: Authority, clock: SetClock) -> None:
    issue_missing(authority, hosts=("example.org",), servers=2, clock=clock)
    readable, unusable = list_certificates(authority.directory, clock.now())
    found = {status.name: status for status in readable}
    assert unusable == []
    assert set(found) == {
        *("admin", "ca", "haproxy", "haproxy-agent", "haproxy-client", "zato-admin", "zato-admin-lighttpd"),
        *("lighttpd-1", "lighttpd-2", "lighttpd-agent-1", "lighttpd-agent-2", "server-1", "server-2"),
    }
    assert found["haproxy-client"].subject == "CN=haproxy"
    assert set(found["haproxy"].hosts) == {"example.org", "localhost", "127.0.0.1", "::1"}
    assert "lighttpd-2" in found["lighttpd-2"].hosts
    assert found["admin"].fingerprint == fingerprint((authority.directory / "admin.crt").read_bytes())
    assert not any(status.due for status in found.values())


def test_a_file_that_is_no_certificate_does_not_hide_the_others(authority: Authority, clock: SetClock) -> None:
    authority.issue_client("partner")
    (authority.directory / "broken.crt").write_text("no certificate")
    (authority.directory / "gone.crt").symlink_to("nowhere")
    readable, unusable = list_certificates(authority.directory, clock.now())
    assert [each.name for each in readable] == ["ca", "partner"]
    assert [each.name for each in unusable] == ["broken", "gone"]
    assert "is not a PEM certificate; remove it" in unusable[0].reason


def foreign(**subject: str) -> bytes:
    """A certificate of nobody's CA, without extensions."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, each) for each in subject.values()])
    start = datetime.now(UTC) - timedelta(days=1)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, start, start + timedelta(days=1))
    return to_pem(builder.sign(key, SHA256()))


@pytest.mark.parametrize("subject", [{"name": "partner"}, {}])
def test_a_certificate_of_somebody_elses_is_not_renewed(authority: Authority, subject: dict[str, str]) -> None:
    (authority.directory / "foreign.crt").write_bytes(foreign(**subject))
    with pytest.raises(SetupError, match=r"foreign\.crt was not issued by this cluster.*get another one"):
        authority.renew("foreign")


def test_only_what_is_missing_broken_due_or_for_other_hosts_is_issued_again(
    authority: Authority, clock: SetClock
) -> None:
    everything = [
        *("haproxy", "haproxy-client", "haproxy-agent", "zato-admin-lighttpd", "zato-admin"),
        *("lighttpd-1", "lighttpd-agent-1", "server-1", "admin"),
    ]
    assert issue_missing(authority, hosts=("a.example",), servers=1, clock=clock) == everything
    assert issue_missing(authority, hosts=("a.example",), servers=1, clock=clock) == []
    (authority.directory / "admin.key").unlink()
    (authority.directory / "haproxy-client.crt").write_bytes((authority.directory / "haproxy.crt").read_bytes())
    assert issue_missing(authority, hosts=("a.example",), servers=1, clock=clock) == ["haproxy-client", "admin"]
    for_hosts = ["haproxy", "haproxy-agent", "zato-admin-lighttpd", "lighttpd-1", "lighttpd-agent-1"]
    assert issue_missing(authority, hosts=("b.example",), servers=1, clock=clock) == for_hosts
    clock.time += timedelta(days=61)
    assert issue_missing(authority, hosts=("b.example",), servers=1, clock=clock) == everything


def test_the_cluster_renews_its_own_certificates_and_no_clients() -> None:
    ours = (
        *("haproxy", "haproxy-client", "haproxy-agent", "lighttpd-1", "lighttpd-64", "lighttpd-agent-1"),
        *("server-1", "rabbitmq", "admin", "zato-admin", "zato-admin-lighttpd"),
    )
    assert all(map(renewed_by_the_cluster, ours))
    assert not any(map(renewed_by_the_cluster, ("ca", "partner", "lighttpd-x", "haproxy-2")))


def test_a_reader_sees_the_old_or_the_new_file(authority: Authority) -> None:
    authority.issue_client("partner")
    with (authority.directory / "partner.crt").open("rb") as held:
        authority.renew("partner")
        assert x509.load_pem_x509_certificate(held.read()) != load_certificate(authority.directory / "partner.crt")
    assert not list(authority.directory.glob(".*"))
