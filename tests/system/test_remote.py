"""The command line on a machine that has nothing of the cluster's: a login, its rights, and its end."""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from support import command_line
from support.cluster import RunningCluster
from support.doors import DOORS
from support.passwords import basic
from zato.client.api import ApiClient
from zato.cluster.signing.signer import Signer
from zato.core.clock import SystemClock
from zato.pki.certificates import fingerprint, load_certificate
from zato.security.totp import code_at

PASSWORD = "a long password of jane's"
USER = "remote-jane"
HELLO = """
from zato.server.service import Service

class Hello(Service):
    def handle(self):
        self.response.payload = {"hello": True}
"""


class Elsewhere:
    """A machine with a user, who has a home and nothing else."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def zato(self, *words: str, input: str = "", code: int = 0) -> str:
        """What a command prints, both ways; it has to exit with that code."""
        environment = {**os.environ, "XDG_CONFIG_HOME": str(self.home / ".config")}
        environment.pop("ZATO_HOME", None)
        done = command_line.zato(*words, check=False, input=input, environment=environment, directory=self.home)
        # 1 where other tests have left something in the cluster that is not well
        codes = {code, 1} if words == ("status",) else {code}
        assert done.returncode in codes, (words, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
        return done.stdout + done.stderr

    @property
    def files(self) -> list[Path]:
        return [path for path in (self.home / ".config").rglob("*") if path.is_file()]


@pytest.fixture
def elsewhere(tmp_path: Path) -> Elsewhere:
    return Elsewhere(tmp_path)


@pytest.fixture
def jane(cluster: RunningCluster) -> Iterator[str]:
    api = cluster.api()
    value = {"username": USER, "password": PASSWORD, "roles": ["operator"]}
    api.create_item("security-basic", USER, value)
    cluster.settle()
    yield cluster.url
    api.delete_item("security-basic", USER)


def test_a_person_works_from_a_machine_without_the_clusters_files(
    cluster: RunningCluster, elsewhere: Elsewhere, jane: str
) -> None:
    found = fingerprint(load_certificate(cluster.layout.ca_certificate))
    login = ("login", jane, "--user", USER, "--password-file", "-")
    # A cluster that is not known is told nothing
    said = elsewhere.zato(*login, input=PASSWORD, code=1)
    assert "Nothing was sent" in said
    assert found.upper() in said.replace(":", "")
    assert elsewhere.zato(*login, "--fingerprint", "0" * 64, input=PASSWORD, code=1)
    assert elsewhere.files == []
    assert "Credentials are missing or not valid" in elsewhere.zato(
        *login, "--fingerprint", found, input="a wrong password", code=1
    )
    said = elsewhere.zato(*login, input=PASSWORD)  # known by now
    assert f"You are {USER} at {jane}, with operator, until " in said
    assert {stat.S_IMODE(path.stat().st_mode) for path in elsewhere.files} == {0o600}
    assert not any(PASSWORD.encode() in path.read_bytes() for path in elsewhere.files)

    whoami = json.loads(elsewhere.zato("whoami", "--json"))
    assert (whoami["name"], whoami["authentication"]) == (USER, "session")
    assert whoami["kinds"]["channel-rest"] == {"read": True, "change": True}
    assert whoami["kinds"]["server"] == {"read": True, "change": False}
    for words in (["status"], ["config", "list", "server"], ["service", "list"], ["audit"], ["user", "sessions"]):
        elsewhere.zato(*words)
    elsewhere.zato("config", "set", "channel-rest", "remote", "service=a.b", "path=/remote")
    elsewhere.zato("config", "delete", "channel-rest", "remote")
    assert "may not" in elsewhere.zato("user", "create", "remote-bob", code=1)
    # An operator's work, with the only server as well as with others
    elsewhere.zato("server", "drain", "1")
    elsewhere.zato("server", "ready", "1")
    listed = json.loads(elsewhere.zato("pki", "list", "--json"))
    assert {each["name"] for each in listed} >= {"ca", "haproxy", "lighttpd-1"}
    assert len({each["fingerprint"] for each in listed}) == len(listed)
    assert "lighttpd-1" in elsewhere.zato("pki", "list")
    for words in (["edge", "status", "1"], ["balancer", "status"], ["odb", "status"], ["doctor"]):
        assert "This needs the cluster's own files" in elsewhere.zato(*words, code=1), words

    sessions = json.loads(elsewhere.zato("user", "sessions", "--json"))["sessions"]
    elsewhere.zato(*login, input=PASSWORD)
    elsewhere.zato("user", "end-session", sessions[0]["id"])
    assert "There is no session" in elsewhere.zato("user", "end-session", sessions[0]["id"], code=1)
    token = json.loads((elsewhere.home / ".config" / "zato" / "session.json").read_text())["token"]
    assert "You are logged out" in elsewhere.zato("logout")
    bearer = {"Authorization": f"Bearer {token}"}
    assert cluster.request("GET", "/zato/api/whoami", headers=bearer).status == 401
    assert "not-logged-in" in elsewhere.zato("logout", "--json", code=1)


def test_an_administrator_sees_and_cancels_tokens_from_elsewhere(
    cluster: RunningCluster, elsewhere: Elsewhere, jane: str
) -> None:
    login = ("login", jane, "--user", USER, "--password-file", "-", "--ca", str(cluster.layout.ca_certificate))
    elsewhere.zato(*login, input=PASSWORD)
    assert "may not" in elsewhere.zato("server", "tokens", code=1)
    cluster.zato("user", "set-roles", USER, "admin")
    cluster.settle()
    elsewhere.zato(*login, input=PASSWORD)
    made = Signer(cluster.layout.pki, SystemClock()).new_token(taken={1}).registered
    assert made.id in elsewhere.zato("server", "tokens")
    (token,) = json.loads(elsewhere.zato("server", "tokens", "--json"))["tokens"]
    assert (token["id"], token["server"]) == (made.id, made.server)
    assert "worth nothing any more" in elsewhere.zato("server", "cancel", made.id)
    assert "not-found" in elsewhere.zato("server", "cancel", made.id, "--json", code=1)
    assert json.loads(cluster.zato("--json", "server", "tokens").stdout)["tokens"] == []


def test_another_password_and_a_rotated_key_are_the_only_ones_at_once(
    cluster: RunningCluster, elsewhere: Elsewhere, jane: str
) -> None:
    login = ("login", jane, "--user", USER, "--password-file", "-")
    elsewhere.zato(*login, "--ca", str(cluster.layout.ca_certificate), input=PASSWORD)
    elsewhere.zato("whoami")
    other = "another long password"
    done = cluster.zato("user", "set-password", USER, "--password-file", "-", input=other)
    assert other not in done.stdout + done.stderr
    assert "zato login URL" in elsewhere.zato("whoami", code=1)
    cluster.settle()
    elsewhere.zato(*login, input=PASSWORD, code=1)
    elsewhere.zato(*login, input=other)
    elsewhere.zato("whoami")
    cluster.zato("user", "create", "remote-shop", "--with", "api-key", "--role", "viewer")
    keys = [
        json.loads(cluster.zato("user", "rotate-key", "remote-shop", "--json").stdout)["generated"]["key"]
        for _ in range(2)
    ]

    other_kind = cluster.zato("user", "rotate-key", USER, check=False).stderr
    assert f"{USER} has a password, which is renewed with: zato user set-password {USER}" in other_kind
    other_kind = cluster.zato(
        "user", "set-password", "remote-shop", "--password-file", "-", input=other, check=False
    ).stderr
    assert "remote-shop has an API key, which is renewed with: zato user rotate-key remote-shop" in other_kind

    def status(key: str) -> int:
        answered: int = cluster.request("GET", "/zato/api/whoami", headers={"X-API-Key": key}).status
        return answered

    cluster.settle()
    assert (status(keys[0]), status(keys[1])) == (401, 200)
    cluster.zato("user", "delete", "remote-shop")


def test_files_that_others_have_a_say_in_are_no_session(
    elsewhere: Elsewhere, jane: str, cluster: RunningCluster
) -> None:
    login = ("login", jane, "--user", USER, "--password-file", "-", "--ca", str(cluster.layout.ca_certificate))
    elsewhere.zato(*login, input=PASSWORD)
    path = elsewhere.home / ".config" / "zato" / "session.json"
    path.chmod(0o640)
    assert "nobody else may read" in elsewhere.zato("whoami", code=1)
    path.rename(path.with_name("other.json"))
    path.symlink_to(path.with_name("other.json"))
    assert "nobody else may read" in elsewhere.zato("whoami", code=1)


def test_every_command_of_the_document_does_what_it_says(cluster: RunningCluster, elsewhere: Elsewhere) -> None:
    """As jane, an administrator: what is asked for at a terminal comes from standard input here."""
    document = (Path(__file__).parents[2] / "docs" / "remote.md").read_text(encoding="utf-8")
    lines = [line.partition("#")[0].split()[1:] for line in re.findall(r"(?m)^(?:    )?(zato .*)$", document)]
    api = cluster.api()
    api.create_item("security-basic", "jane", {"username": "jane", "password": PASSWORD, "roles": ["admin"]})
    api.create_item("security-api-key", "web-shop", {"roles": []})
    cluster.settle()
    (elsewhere.home / "hello.py").write_text(HELLO)
    ca = ("--ca", str(cluster.layout.ca_certificate))
    login = ["login", cluster.url, "--user", "jane"]
    password, old = PASSWORD, elsewhere.home / "old"
    try:
        for words in lines:
            given = [_a_session(cluster, password) if word == "ID" else {"2": "1"}.get(word, word) for word in words]
            if words[0] == "login":
                given = login
            elif not (elsewhere.home / ".config" / "zato" / "session.json").exists():
                elsewhere.zato(*login, *ca, "--password-file", "-", input=password)
            extra: tuple[str, ...] = ()
            if words[0] == "login":
                extra = ("--password-file", "-", *ca)
            elif "set-password" in words:  # her own, so that the old one is asked for as well
                old.write_text(password)
                password += "!"
                extra = ("--old-password-file", str(old), "--password-file", "-")
            elsewhere.zato(*given, *extra, input=password, code=0)
            if words[:2] == ["server", "drain"]:
                elsewhere.zato("server", "ready", "1")
            if "set-password" in words:
                cluster.settle()
                elsewhere.zato(*login, *ca, "--password-file", "-", input=password)
    finally:
        api.undeploy("hello.py")
        for kind, name in (("security-basic", "jane"), ("security-api-key", "web-shop")):
            api.delete_item(kind, name)
    assert len(lines) > 10


def _a_session(cluster: RunningCluster, password: str) -> str:
    client = ApiClient.of_user(cluster.url, "jane", password, ca=cluster.layout.ca_certificate)
    return str(client.open_session("a test")["session"]["id"])


def test_a_person_has_another_password_and_a_second_factor_without_an_administrator(
    cluster: RunningCluster, elsewhere: Elsewhere, jane: str
) -> None:
    """Through the whole chain, and by the commands; the password alone opens nothing any more, at either door."""
    ca = str(cluster.layout.ca_certificate)
    login = ("login", jane, "--user", USER, "--password-file", "-", "--ca", ca)
    elsewhere.zato(*login, input=PASSWORD)
    old, new = elsewhere.home / "old", elsewhere.home / "new"
    old.write_text("not jane's")
    new.write_text("another long password")
    change = ("user", "set-password", "--old-password-file", str(old), "--password-file", str(new))
    assert "not valid" in elsewhere.zato(*change, code=1)
    old.write_text(PASSWORD)
    assert "has another password now" in elsewhere.zato(*change)
    assert "has ended" in elsewhere.zato("whoami", code=1)

    cluster.settle()
    elsewhere.zato(*login, input=new.read_text())
    begun = json.loads(elsewhere.zato("--json", "user", "totp", "enrol", "--password-file", str(new)))
    confirmed = elsewhere.zato("--json", "user", "totp", "confirm", code_at(begun["secret"], datetime.now(UTC)))
    codes = json.loads(confirmed)["recovery_codes"]
    assert "10 recovery codes" in elsewhere.zato("user", "totp", "status")
    elsewhere.zato("logout")
    headers = basic(USER, new.read_text())
    for door in DOORS:
        for path in ("/zato/api/whoami", "/zato/api/status", "/zato/api/kinds"):
            refused = cluster.doors().get(path, door, headers=headers)
            assert (refused.status, refused.json["error"]["code"]) == (403, "totp-needed")
    assert "second factor" in elsewhere.zato(*login, input=new.read_text(), code=1)
    assert "not valid" in elsewhere.zato(*login, "--code", "000000", input=new.read_text(), code=1)
    elsewhere.zato(*login, "--code", codes[0], input=new.read_text())
    assert "9 recovery codes" in elsewhere.zato("user", "totp", "status")
    elsewhere.zato("user", "totp", "disable", "--code", codes[1], "--password-file", str(new))
    elsewhere.zato(*login, input=new.read_text())
    assert "has none" in elsewhere.zato("user", "totp", "status")
