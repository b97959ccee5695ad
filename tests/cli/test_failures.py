"""What goes wrong on this machine is one sentence with the documented exit code, never a traceback."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from zato.host.layout import Layout
from zato.pki.authority import Authority
from zato.pki.certificates import fingerprint

ZATO = (sys.executable, "-m", "zato.cli.main")


def zato(*arguments: str | bytes, output: int = subprocess.PIPE) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*ZATO, *arguments], stdout=output, stderr=subprocess.PIPE, text=True, check=False, errors="replace"
    )


@pytest.mark.parametrize("command", [("set", "service", "x", "--file"), ("import",)], ids=" ".join)
def test_a_file_that_is_not_utf_8_is_named(tmp_path: Path, command: tuple[str, ...]) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(b"active: \xff")
    done = zato("config", *command, str(file))
    assert done.returncode == 1
    assert done.stderr == f"zato: {file} is not valid UTF-8 at byte 8; convert it.\n"


@pytest.mark.parametrize("text", ["a: [", "a: &x [*x]", "a: 1\na: 2", "a: !!python/object:os.system {}"])
def test_a_file_that_cannot_be_understood_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.yaml").write_text(text)
    done = zato("config", "set", "service", "x", "--file", str(tmp_path / "a.yaml"))
    assert done.returncode == 1
    assert done.stderr.startswith("zato: The YAML document cannot be read: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("json_", [(), ("--json",)], ids=["text", "json"])
def test_a_full_disk_is_one_sentence(json_: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = zato("completion", "bash", *json_, output=full.fileno())
    assert done.returncode == 1
    sentence = "The operating system refuses it: No space left on device."
    if json_:
        assert json.loads(done.stderr)["error"] == {
            "code": "os-error",
            "message": sentence,
            "details": [],
            "cid": None,
        }
    else:
        assert done.stderr == f"zato: {sentence}\n"


def test_a_reader_that_goes_away_is_no_failure_to_speak_of() -> None:
    process = subprocess.Popen([*ZATO, "completion", "bash"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 1


def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    lock = Layout(tmp_path).lock
    lock.parent.mkdir()
    lock.symlink_to(lock)
    done = zato("quickstart", "status", str(tmp_path))
    assert done.returncode == 1
    assert done.stderr == (f"zato: The operating system refuses it: {lock}: Too many levels of symbolic links.\n")


def test_the_key_of_a_client_is_replaced_only_where_that_was_asked_for(tmp_path: Path) -> None:
    authority = Authority(Layout(tmp_path).pki)
    authority.create("test")
    issue = ("--home", str(tmp_path), "pki", "issue-client", "partner")
    assert zato(*issue).returncode == 0
    key = (authority.directory / "partner.key").read_bytes()
    done = zato(*issue)
    assert done.returncode == 1
    assert f"{authority.directory}/partner.crt exists" in done.stderr
    assert "--replace" in done.stderr
    (authority.directory / "partner.crt").unlink()
    assert zato(*issue).returncode == 1
    assert (authority.directory / "partner.key").read_bytes() == key
    assert zato(*issue, "--replace").returncode == 0
    replaced = fingerprint((authority.directory / "partner.crt").read_bytes())
    assert (authority.directory / "partner.key").read_bytes() != key
    assert zato("--home", str(tmp_path), "pki", "renew", "partner").returncode == 0
    assert fingerprint((authority.directory / "partner.crt").read_bytes()) != replaced


def test_a_fingerprint_that_would_not_be_compared_is_not_taken(tmp_path: Path) -> None:
    ca = tmp_path / "ca.crt"
    ca.write_bytes(b"-")
    done = zato("login", "https://[::1]:1", "--user", "jane", "--ca", str(ca), "--fingerprint", "0" * 64)
    assert (done.returncode, done.stderr) == (
        1,
        "zato: The CA is given by --ca, or by its --fingerprint: say one of them.\n",
    )
