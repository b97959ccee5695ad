"""The command line against a running cluster."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from support.cluster import RunningCluster

SOURCE = """
from zato.server.service import Service

class Greet(Service):
    name = "cli-test.greet"
    input = "who"

    def handle(self):
        self.response.payload = {"hello": self.request.input.who, "version": VERSION}
"""


def run(cluster: RunningCluster, *arguments: str) -> str:
    done = cluster.zato(*arguments, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def run_json(cluster: RunningCluster, *arguments: str) -> Any:
    return json.loads(run(cluster, *arguments, "--json"))


def refused(cluster: RunningCluster, *arguments: str) -> str:
    done = cluster.zato(*arguments, check=False)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    return done.stderr


def test_an_item_from_its_creation_to_its_deletion(cluster: RunningCluster) -> None:
    fields = ("service=cli.x", "path=/cli-test")
    created = run_json(cluster, "config", "set", "channel-rest", "cli test", *fields, "methods=GET,POST")
    assert created["value"]["methods"] == ["GET", "POST"]
    changed = run_json(cluster, "config", "set", "channel-rest", "cli test", "active=false")
    assert changed["value"] == {**created["value"], "active": False}
    assert "cli test" in run(cluster, "config", "list", "channel-rest")
    assert "/cli-test" in run(cluster, "config", "get", "channel-rest", "cli test")
    history = run_json(cluster, "config", "history", "channel-rest", "cli test")["changes"]
    assert [change["action"] for change in history] == ["update", "create"]
    assert "active: true -> false" in run(cluster, "config", "diff", str(created["revision"]))
    done = cluster.zato("config", "rollback", str(created["revision"]), "channel-rest", "cli test")
    assert (
        "Warning: The channel-rest 'cli test' leads to the service cli.x, which is in no deployed file" in done.stderr
    )
    assert run_json(cluster, "config", "get", "channel-rest", "cli test")["value"]["active"] is True
    run(cluster, "config", "delete", "channel-rest", "cli test")
    # It may go on with the name of another test's that resembles it
    assert refused(cluster, "config", "get", "channel-rest", "cli test").startswith(
        "zato: There is no channel-rest named 'cli test'"
    )


def test_a_name_that_is_not_text_is_refused(cluster: RunningCluster) -> None:
    done = cluster.zato("config", "get", "service", "\udcff", check=False)
    assert (done.returncode, done.stderr) == (1, "zato: '\\udcff' cannot be a name: nothing is called so.\n")


def test_a_change_from_an_old_revision_is_refused_with_who_changed_it(cluster: RunningCluster) -> None:
    created = run_json(cluster, "config", "set", "service", "cli-test.stale", "active=true")
    run(cluster, "config", "set", "service", "cli-test.stale", "active=false")
    told = refused(
        *(cluster, "config", "set", "service", "cli-test.stale", "active=true"),
        *("--revision", str(created["revision"])),
    )
    assert "changed by admin" in told
    run(cluster, "config", "delete", "service", "cli-test.stale")


def test_an_export_changes_nothing_when_it_is_imported(cluster: RunningCluster, tmp_path: Path) -> None:
    exported = run(cluster, "config", "export")
    (tmp_path / "zato.yaml").write_text(exported)
    before = cluster.api().status()["odb"]["revision"]
    assert "unchanged" in run(cluster, "config", "import", str(tmp_path / "zato.yaml"), "--replace")
    assert cluster.api().status()["odb"]["revision"] == before
    assert run(cluster, "config", "export") == exported


def test_a_service_from_its_deployment_to_its_withdrawal(cluster: RunningCluster, tmp_path: Path) -> None:
    file = tmp_path / "cli_test.py"
    for version in (1, 2):
        file.write_text(SOURCE.replace("VERSION", str(version)))
        assert "cli-test.greet" in run(cluster, "service", "deploy", str(file))
    assert "cli-test.greet" in run(cluster, "service", "list")
    jane = ("service", "invoke", "cli-test.greet", '{"who": "Jane"}')
    assert run_json(cluster, *jane) == {"hello": "Jane", "version": 2}
    run(cluster, "service", "rollback", "cli_test.py")
    assert run_json(cluster, *jane)["version"] == 1
    assert len(run_json(cluster, "service", "versions", "cli_test.py")["deployments"]) == 2
    assert "who" in refused(cluster, "service", "invoke", "cli-test.greet", "{}")
    run(cluster, "service", "undeploy", "cli_test.py")
    assert "cli-test.greet" in refused(cluster, "service", "invoke", "cli-test.greet", "{}")


def test_a_broken_file_is_refused_with_its_line(cluster: RunningCluster, tmp_path: Path) -> None:
    file = tmp_path / "cli_broken.py"
    file.write_text("x = 1\nclass (:\n")
    told = refused(cluster, "service", "deploy", str(file))
    assert told.startswith("zato: cli_broken.py:2: ")


@pytest.mark.parametrize("how", ["basic", "api-key", "certificate"])
def test_a_user_from_creation_to_deletion(cluster: RunningCluster, how: str) -> None:
    name = f"cli-{how}"
    created = run_json(cluster, "user", "create", name, "--role", "viewer", "--with", how)
    assert created["generated"]
    assert name in run(cluster, "user", "list")
    run(cluster, "user", "set-roles", name, "viewer", "deployer")
    listed = {item["name"]: item["value"] for item in run_json(cluster, "user", "list")}
    assert listed[name]["roles"] == ["viewer", "deployer"]
    secret = next((text for key, text in created["generated"].items() if key in ("password", "key")), None)
    assert secret is None or secret not in run(cluster, "user", "list", "--json")
    run(cluster, "user", "delete", name)


def test_a_user_that_no_certificate_can_be_issued_for_is_not_created(cluster: RunningCluster) -> None:
    assert "'jane doe' cannot be the name of a certificate" in refused(
        *(cluster, "user", "create", "jane doe", "--with", "certificate")
    )
    assert "jane doe" not in run(cluster, "user", "list")


def test_a_point_in_time_in_yaml_is_taken(cluster: RunningCluster, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("subject: CN=cli-yaml\nexpires: 2047-01-01T00:00:00Z\n")
    created = run_json(cluster, "config", "set", "security-tls", "cli-yaml", "--file", str(tmp_path / "a.yaml"))
    assert created["value"]["expires"] == "2047-01-01T00:00:00Z"
    run(cluster, "config", "delete", "security-tls", "cli-yaml")


def test_a_rollback_does_not_overwrite_what_somebody_else_has_changed_since(cluster: RunningCluster) -> None:
    first, second = (
        str(run_json(cluster, "config", "set", "service", "cli-test.back", f"active={active}")["revision"])
        for active in ("true", "false")
    )
    back = ("config", "rollback", first, "service", "cli-test.back")
    assert "changed by admin" in refused(cluster, *back, "--revision", first)
    assert f"; it was at revision {second}" in run(cluster, *back, "--revision", second)
    assert "--revision is for one item" in refused(cluster, "config", "rollback", first, "--revision", second)
    run(cluster, "config", "delete", "service", "cli-test.back")


@pytest.mark.parametrize("direct", [False, True], ids=["through the balancer", "at lighttpd"])
def test_a_client_certificate_is_known_by_its_subject_at_both_doors(cluster: RunningCluster, direct: bool) -> None:
    with cluster.pool("admin", direct=direct) as pool:
        found = json.loads(pool.request("GET", "/zato/api/whoami").data)
    assert (found["name"], found["roles"]) == ("admin", ["admin"])


def test_the_administrator_is_still_let_in_after_the_certificate_was_renewed(cluster: RunningCluster) -> None:
    run(cluster, "pki", "renew", "admin")
    assert run(cluster, "whoami").startswith("admin, known by tls-client")


@pytest.mark.parametrize("command", ["ping", "whoami", "audit"])
def test_the_cluster_as_a_whole_is_shown_as_text_and_as_json(cluster: RunningCluster, command: str) -> None:
    assert run(cluster, command).strip()
    assert isinstance(run_json(cluster, command), dict)


def test_the_state_of_the_cluster_is_shown_as_text_and_as_json(cluster: RunningCluster) -> None:
    """Whatever other tests have left in it that is not well."""
    shown, document = cluster.zato("status", check=False), cluster.zato("status", "--json", check=False)
    problems = json.loads(document.stdout)["problems"]
    assert shown.returncode == document.returncode == (1 if problems else 0)
    assert ("All is well." in shown.stdout) == (not problems)


def test_a_cluster_that_has_stopped_is_named_with_how_to_start_it(cluster: RunningCluster) -> None:
    cluster.stop()
    try:
        done = cluster.zato("status", check=False)
    finally:
        cluster.start()
    assert done.returncode == 3
    assert done.stderr == (
        f"zato: The cluster in {cluster.layout.root} does not run. "
        f"Start it with: zato quickstart start {cluster.layout.root}\n"
    )


def test_what_was_restored_is_not_taken_for_the_original_that_runs(cluster: RunningCluster) -> None:
    """It has the same ports, and the original knows its certificates."""
    commands = (
        "status",
        "whoami",
        "cluster release",
        "balancer status",
        "edge status 1",
        "config delete service no.such",
    )
    with TemporaryDirectory(prefix="zato-") as directory:
        file, other = f"{directory}/b", f"{directory}/z"
        cluster.zato("backup", file)
        cluster.zato("--home", other, "restore", file)
        for command in commands:
            done = cluster.zato("--home", other, *command.split(), check=False)
            assert done.returncode == 3, (command, done.stdout, done.stderr)
            assert f"The cluster in {other} does not run." in done.stderr
            assert "server-1" not in done.stdout
