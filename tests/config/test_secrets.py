"""Encryption, hashing, and the key file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zato.config.secrets import SecretBox, create_key, generate_secret, hash_password, load_key, password_matches
from zato.core.errors import InvalidInput, SetupError

BOX = SecretBox(b"k" * 32)
WHERE = {"kind": "outgoing-sql", "name": "Stock", "field": "password"}


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_what_was_encrypted_opens_and_does_not_show(text: str) -> None:
    encrypted = BOX.encrypt(text, **WHERE)
    assert BOX.decrypt(encrypted, **WHERE) == text
    assert encrypted.startswith("sealed:")
    assert len(text) < 4 or text not in encrypted


@pytest.mark.parametrize("other", [{"kind": "outgoing-rest"}, {"name": "Other"}, {"field": "secret"}])
def test_an_encrypted_text_does_not_open_anywhere_else(other: dict[str, str]) -> None:
    encrypted = BOX.encrypt("secret", **WHERE)
    with pytest.raises(InvalidInput, match="cannot be opened"):
        BOX.decrypt(encrypted, **{**WHERE, **other})


def test_an_encrypted_text_does_not_open_with_another_key() -> None:
    with pytest.raises(InvalidInput, match="another cluster's key"):
        SecretBox(b"x" * 32).decrypt(BOX.encrypt("secret", **WHERE), **WHERE)


@given(st.integers(min_value=7, max_value=60), st.characters())
def test_an_encrypted_text_that_was_changed_does_not_open(position: int, character: str) -> None:
    encrypted = BOX.encrypt("a secret of some length", **WHERE)
    changed = encrypted[:position] + character + encrypted[position + 1 :]
    if changed != encrypted:
        with pytest.raises(InvalidInput):
            BOX.decrypt(changed, **WHERE)


@pytest.mark.parametrize("broken", ["sealed:", "sealed:AAAA", "sealed:!!!", "sealed:é", "sealed:" + "A" * 40])
def test_what_was_never_encrypted_does_not_open(broken: str) -> None:
    with pytest.raises(InvalidInput):
        BOX.decrypt(broken, **WHERE)


def test_sealing_again_gives_the_same_string_and_another_text_another_nonce() -> None:
    assert BOX.encrypt("a", **WHERE) == BOX.encrypt("a", **WHERE)
    assert BOX.encrypt("a", **WHERE)[:23] != BOX.encrypt("b", **WHERE)[:23]


def test_a_password_matches_its_own_hash_only() -> None:
    hashed = hash_password("a long password")
    assert hashed.startswith("$2b$07$")
    assert password_matches("a long password", hashed)
    assert not password_matches("a long passwork", hashed)
    assert not password_matches("x" * 100, hashed)
    assert not password_matches("a long password", "not a hash")


def test_generated_secrets_differ() -> None:
    assert len({generate_secret() for _ in range(100)}) == 100
    assert len(generate_secret()) >= 43


def test_the_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    assert create_key(path) == create_key(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["secret.key"]
    path.chmod(0o644)
    with pytest.raises(SetupError, match="chmod 600"):
        create_key(path)


def test_a_key_that_is_missing_is_named_and_no_other_takes_its_place(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    with pytest.raises(SetupError, match=f"{path} is missing; restore it from a backup") as refused:
        load_key(path)
    assert refused.value.code == "key-missing"
    assert not path.exists()


def test_the_copy_that_systemd_hands_over_is_read_instead_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """systemd guards it, by a list of who may read it where there can be one: that looks like a group."""
    directory = tmp_path / "credentials"
    directory.mkdir()
    create_key(tmp_path / "secret.key")
    key = create_key(directory / "secret.key")
    (directory / "secret.key").chmod(0o440)
    assert load_key(tmp_path / "secret.key") != key
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(directory))
    assert load_key(tmp_path / "secret.key") == key
    (directory / "secret.key").unlink()
    assert load_key(tmp_path / "secret.key") != key


def test_processes_that_race_for_the_key_get_the_same_one(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    program = f"from pathlib import Path; from zato.config.secrets import *; print(create_key(Path({str(path)!r})))"
    running = [subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) for _ in range(4)]
    assert len({process.communicate()[0] for process in running}) == 1
    assert [process.returncode for process in running] == [0] * 4


def test_a_file_that_is_not_a_key_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    path.write_text("hello\n")
    path.chmod(0o600)
    with pytest.raises(SetupError, match="is not a key of Zato"):
        create_key(path)
    assert path.read_text() == "hello\n"
