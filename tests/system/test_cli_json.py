"""Every command gives JSON where JSON was asked for, its result on standard output and its errors on standard error."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from support.cluster import RunningCluster
from support.commands import COMMANDS
from support.documents.written import written
from support.public_certificates import PublicAuthority

SERVICE = """
from zato.server.service import Service

class Plain(Service):
    name = "cli-json.plain"

    def handle(self):
        self.response.content_type = "text/plain"
        self.response.payload = "a line, not JSON"
"""
# How to call each command, in an order in which they all work, with the exit code where it is not 0. What the words in
# braces stand for is below.
CALLS: tuple[tuple[str, int], ...] = (
    ("ping", 0),
    ("status", 0),
    ("whoami", 0),
    ("audit", 0),
    ("audit --by admin --since 1h --subject channel-rest:* --limit 2", 0),
    ("log -n 5", 0),
    ("log --server 1", 0),
    ("broker status", 0),
    (written("docs/broker.md", "zato broker setup --print", {"zato ": ""}), 0),
    ("doctor", 0),
    ("completion bash", 0),
    ("config kinds", 0),
    ("config set channel-rest cli-json service=cli.x path=/cli-json", 0),
    ("config set channel-rest cli-json active=false", 0),
    ("config get channel-rest cli-json", 0),
    ("config list channel-rest", 0),
    ("config list channel-rest --search cli-json --sort -revision", 0),
    ("config search cli-json", 0),
    ("config history channel-rest cli-json", 0),
    ("config history --since 1h --limit 3", 0),
    ("config diff 1", 0),
    ("config rollback {revision} channel-rest cli-json", 0),
    ("config delete channel-rest cli-json", 0),
    ("config set outgoing-sql cli-json url=sqlite:///cli-json.db", 0),
    ("config ping outgoing-sql cli-json", 1),
    ("config export", 0),
    ("config import {export}", 0),
    ("config rollback {revision} --dry-run", 0),
    ("config rollback {revision}", 0),
    ("edge status 1", 0),
    ("edge validate 1", 0),
    ("edge reload 1", 0),
    ("edge rollback 1", 0),
    ("balancer status", 0),
    ("balancer statistics", 0),
    ("balancer validate", 0),
    ("config set balancer balancer algorithm=leastconn", 0),
    ("balancer reload", 0),
    ("balancer rollback", 0),
    ("config delete balancer balancer", 0),
    ("server list", 0),
    ("server drain 1", 0),
    ("server ready 1", 0),
    ("server config history 1", 0),
    ("server config diff 1", 0),
    ("server config rollback 1 HEAD", 0),
    ("server tokens", 0),
    ("odb init", 0),
    ("odb upgrade", 0),
    ("odb status", 0),
    ("odb use {odb}", 0),
    ("odb move --abort", 0),
    ("pki list", 0),
    ("pki issue-client cli-json", 0),
    ("pki renew cli-json", 0),
    ("pki issue-server cli-json-db --host localhost", 0),
    ("pki remove cli-json-db", 0),
    ("pki public {public} {public}", 0),
    ("pki public", 0),
    ("pki public --remove", 0),
    ("quickstart create {other}", 0),
    ("quickstart status {other}", 3),
    ("quickstart stop {other}", 0),
    ("service deploy {service}", 0),
    ("service deploy {service}", 0),
    ("service list", 0),
    ("service versions cli_json.py", 0),
    ("service invoke cli-json.plain", 0),
    ("service invoke --async cli-json.plain", 0),
    ("message list", 0),
    ("message list --service cli-json.plain --search timeout", 0),
    ("message retry --all", 0),
    ("message delete --all", 0),
    ("service show cli-json.plain", 0),
    ("service source cli-json.plain", 0),
    ("service new made --directory {made}", 0),
    ("cluster hold", 0),
    ("cluster held", 0),
    ("cluster discard --all", 0),
    ("cluster release", 0),
    ("packages list", 0),
    ("packages wheels", 0),
    ("backup {backup}", 0),
    ("service rollback cli_json.py", 0),
    ("service undeploy cli_json.py", 0),
    ("user create cli-json-user --role viewer --with api-key", 0),
    ("user list", 0),
    ("user set-roles cli-json-user deployer", 0),
    ("user rotate-key cli-json-user", 0),
    ("user sessions --all", 0),
    ("user totp status", 0),
    ("user delete cli-json-user", 0),
    ("user first-token", 0),
    ("user first cli-json-first", 0),
    ("user set-password cli-json-first --password-file {password}", 0),
    ("user delete cli-json-first", 0),
)
# What other tests have left decides whether there is something to go back to, and whether that is asked for
BACK = ("balancer rollback", "edge rollback 1")
NOT_BACK = ("nothing-before", "security-not-asked-for")
# 1 where other tests have left something in the cluster that is not well
TELL_OF_OTHERS = {"status", "doctor"}
# Have a result where there are several machines: see tests/hosts/test_joining.py
OF_SEVERAL_MACHINES = {("server", name) for name in ("create", "cancel", "join", "leave", "remove")}
OF_SESSIONS = {("login",), ("logout",), ("user", "end-session")}  # see test_remote.py
OF_SECOND_FACTORS = {("user", "totp", name) for name in ("enrol", "confirm", "disable")}  # the same
OF_DEAD_LETTERS = {("message", "show")}  # see test_async_invocations.py
OF_PACKAGES = {("packages", name) for name in ("install", "remove", "upload", "discard")}  # see test_packages.py
OF_RESTORING = {("restore",)}  # see tests/backup
# Have tests of their own, in tests/quickstart and tests/cli/dev
IN_THE_FOREGROUND = {("quickstart", "start"), ("dev",)}
ELSEWHERE = IN_THE_FOREGROUND | OF_SEVERAL_MACHINES | OF_SESSIONS | OF_SECOND_FACTORS
ELSEWHERE |= OF_DEAD_LETTERS | OF_PACKAGES | OF_RESTORING


def test_no_command_is_forgotten() -> None:
    called = {path for path in COMMANDS for call, _ in CALLS if tuple(call.split()[: len(path)]) == path}
    assert called | ELSEWHERE == set(COMMANDS)


def test_results_are_json_on_standard_output(cluster: RunningCluster, tmp_path: Path) -> None:
    service = tmp_path / "cli_json.py"
    service.write_text(SERVICE)
    export = tmp_path / "export.json"
    revision = cluster.api().status()["odb"]["revision"]
    results: dict[str, Any] = {}
    with TemporaryDirectory(prefix="zato-") as other:
        words = {"revision": str(revision), "export": str(export), "other": f"{other}/z", "service": str(service)}
        words["backup"], words["made"] = str(tmp_path / "backup"), str(tmp_path)
        words["public"] = str(tmp_path / "public.pem")
        Path(words["public"]).touch(0o600)
        Path(words["public"]).write_bytes(b"".join(PublicAuthority(tmp_path / "public").issue("zato.example.com")))
        words["password"] = str(tmp_path / "password")
        (tmp_path / "password").write_text("a long password\n")
        words["odb"] = f"sqlite:///{cluster.layout.odb}"
        for call, code in CALLS:
            if "deploy {service}" in call:  # another version each time
                service.write_text(service.read_text() + "\n")
            given = [word.format(**words) for word in call.split()]
            done = cluster.zato(*given, "--json", check=False)
            if call in BACK and done.returncode == 1:
                assert done.stdout == "" and json.loads(done.stderr)["error"]["code"] in NOT_BACK, (call, done)
                continue
            codes = {code, 1} if call in TELL_OF_OTHERS else {code}
            assert done.returncode in codes and done.stderr == "", (call, done)
            results[call] = json.loads(done.stdout)
            if call.startswith("config set channel-rest"):
                words["revision"] = str(results[call]["revision"])
            elif call == "config export":
                export.write_text(done.stdout)
                words["revision"] = str(cluster.api().status()["odb"]["revision"])
    assert results["service invoke cli-json.plain"] == "a line, not JSON"
    assert results["config import {export}"]["unchanged"] > 0
    assert [results["config import {export}"][key] for key in ("created", "updated", "deleted")] == [[], [], []]
    assert results["odb upgrade"] == results["odb init"]
    assert results["quickstart stop {other}"] == {"running": False, "ended": None}
    cluster.zato("config", "delete", "outgoing-sql", "cli-json")


@pytest.mark.parametrize(
    ("call", "code"),
    [
        ("config get channel-rest cli-json-missing", "no-such-item"),
        ("config set channel-rest cli-json-missing path=nowhere", "invalid-item"),
        ("config list nothing", "unknown-kind"),
        ("config delete security-tls admin", "last-administrator"),
        ("user delete admin", "last-administrator"),
        ("user set-roles admin viewer", "last-administrator"),
        ("config rollback 1 --with-security", "invalid-items"),
        ("config rollback 999999 --dry-run", "unknown-revision"),
        ("pki renew cli-json-missing", "missing-certificate"),
        ("pki issue-client admin", "certificate-exists"),
        ("pki public", "no-public-certificate"),
        ("pki public missing.crt missing.key", "not-readable"),
        ("service invoke cli-json.missing", "no-such-service"),
        ("service invoke x {", "invalid-json"),
        ("server create --token", "odb-not-shared"),
        ("server cancel 00000000", "not-found"),
        ("server join zato1-x", "token-damaged"),
        ("server leave", "not-an-appliance"),
        ("server remove 1", "server-alive"),
        ("server remove 9", "no-such-server"),
        ("quickstart create /dev/null/x", "foreign-directory"),
        ("quickstart start /dev/null/x", "foreign-directory"),
    ],
)
def test_errors_are_json_on_standard_error(cluster: RunningCluster, call: str, code: str) -> None:
    done = cluster.zato(*call.split(), "--json", check=False)
    assert (done.returncode, done.stdout) == (1, "")
    error = json.loads(done.stderr)["error"]
    assert set(error) - {"findings"} == {"code", "message", "details", "cid"}
    assert error["code"] == code


def test_the_administrator_survives_an_import_that_does_not_mention_it(cluster: RunningCluster, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("service: {}\n")
    done = cluster.zato("config", "import", str(tmp_path / "a.yaml"), "--replace", check=False)
    assert done.returncode == 1
    assert "give the role to another one first" in done.stderr
    assert cluster.zato("whoami").stdout.startswith("admin, known by tls-client")
