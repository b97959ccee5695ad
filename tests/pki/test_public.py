"""The public certificate as files: the last good one stays, whatever becomes of those that it came from."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from support.public_certificates import PublicAuthority
from zato.core.errors import InvalidInput, NotFound
from zato.pki import public
from zato.pki.authority import Authority
from zato.pki.certificates import load_certificate
from zato.pki.public_files import balancer_file, console_file, source_of
from zato.pki.renewal import list_certificates, public_status

NAME = "zato.example.com"


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def pki(tmp_path: Path) -> Path:
    (tmp_path / "pki").mkdir()
    return tmp_path / "pki"


@pytest.fixture
def authority(tmp_path: Path) -> PublicAuthority:
    return PublicAuthority(tmp_path / "public")


def serial(pki: Path) -> int:
    return load_certificate(balancer_file(pki)).serial_number


def test_it_is_kept_as_one_file_for_each_program_with_the_key_for_its_user_alone(
    pki: Path, authority: PublicAuthority
) -> None:
    public.take(pki, *authority.put(NAME), now())
    for path in (balancer_file(pki), console_file(pki)):
        assert path.stat().st_mode & 0o777 == 0o400
        assert (path.read_bytes().count(b"PRIVATE KEY"), path.read_bytes().count(b"BEGIN CERT")) == (2, 2)
    assert b"PRIVATE" not in (pki / "zato-public.crt").read_bytes()
    (shown,) = list_certificates(pki, now())[0]
    assert (shown.name, shown.hosts, shown.due) == ("zato-public", (NAME,), False)


def test_files_that_were_replaced_are_taken_and_those_that_were_not_change_nothing(
    pki: Path, authority: PublicAuthority
) -> None:
    public.take(pki, *authority.put(NAME), now())
    before, written = serial(pki), balancer_file(pki).stat().st_mtime_ns
    assert public.follow(pki, now()) is False
    assert balancer_file(pki).stat().st_mtime_ns == written
    authority.put(NAME, "www.example.com")
    assert public.follow(pki, now()) is True
    assert serial(pki) != before


@pytest.mark.parametrize("bad", ["half", "expired", "gone", "readable", "fifo"])
def test_the_last_good_one_stays_and_why_is_told_until_it_is_mended(
    pki: Path, authority: PublicAuthority, bad: str
) -> None:
    certificate, key = authority.put(NAME)
    public.take(pki, certificate, key, now())
    before = serial(pki)
    match bad:
        case "half":
            certificate.write_bytes(authority.issue(NAME)[0])
        case "expired":
            authority.put(NAME, days=0)
        case "gone":
            key.unlink()
        case "readable":
            key.chmod(0o644)
        case "fifo":
            key.unlink()
            os.mkfifo(key)
    with pytest.raises(InvalidInput) as caught:
        public.follow(pki, now())
    assert serial(pki) == before
    status = public_status(pki, now())
    assert status is not None
    assert status.problem == caught.value.message
    key.unlink(missing_ok=True)
    authority.put(NAME)
    assert public.follow(pki, now()) is True
    status = public_status(pki, now())
    assert status is not None
    assert status.problem is None


def test_what_is_refused_at_first_is_not_remembered(pki: Path, authority: PublicAuthority) -> None:
    certificate, key = authority.put(NAME)
    certificate.write_bytes(authority.issue(NAME)[0])
    with pytest.raises(InvalidInput, match="the key is not the certificate's"):
        public.take(pki, certificate, key, now())
    assert source_of(pki) is None
    assert list(pki.iterdir()) == []
    assert public_status(pki, now()) is None


def test_one_that_nobody_renews_is_due_when_a_fifth_of_its_life_is_left(pki: Path, authority: PublicAuthority) -> None:
    public.take(pki, *authority.put(NAME), now())
    for days, due in ((65, False), (75, True), (100, True)):
        status = public_status(pki, now() + timedelta(days=days))
        assert status is not None
        assert status.certificate is not None
        assert status.certificate.due is due


def test_it_is_removed_with_all_that_belongs_to_it(pki: Path, authority: PublicAuthority) -> None:
    public.take(pki, *authority.put(NAME), now())
    assert public.remove(pki) is True
    assert list(pki.iterdir()) == []
    assert public.remove(pki) is False
    with pytest.raises(NotFound):
        public.follow(pki, now())


def test_the_clusters_own_authority_leaves_it_alone(pki: Path, authority: PublicAuthority) -> None:
    own = Authority(pki)
    own.create("zato")
    public.take(pki, *authority.put(NAME), now())
    for work in (own.renew, own.remove):
        with pytest.raises(InvalidInput, match="zato pki public"):
            work("zato-public")
    with pytest.raises(InvalidInput):
        own.issue_client("zato-public")


def test_what_others_have_put_in_place_of_its_source_is_said(pki: Path) -> None:
    (pki / "zato-public.json").write_text("{}")
    status = public_status(pki, now())
    assert status is not None
    assert "name the files again" in (status.problem or "")
