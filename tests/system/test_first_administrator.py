"""The first administrator's one-time token, through the whole chain and by the command line."""

from __future__ import annotations

import base64
import json
import stat
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from support.cluster import RunningCluster
from support.doors import DOORS
from support.waiting import until

NAME = "first-jane"


@pytest.fixture
def nobody_yet(cluster: RunningCluster) -> Iterator[RunningCluster]:
    yield cluster
    cluster.zato("user", "delete", NAME, check=False)
    cluster.layout.first_token.unlink(missing_ok=True)


def whoami(cluster: RunningCluster, password: str) -> dict[str, object]:
    word = base64.b64encode(f"{NAME}:{password}".encode()).decode()
    answer = cluster.request("GET", "/zato/api/whoami", headers={"Authorization": f"Basic {word}"})
    return dict(json.loads(answer.data), status=answer.status)


def test_the_holder_of_the_file_becomes_an_administrator_once(nobody_yet: RunningCluster) -> None:
    cluster = nobody_yet
    cluster.zato("user", "first-token", "--hours", "2")
    file = cluster.layout.first_token
    assert stat.S_IMODE(file.stat().st_mode) == 0o400
    token = file.read_text().strip()
    said = json.loads(cluster.zato("status", "--json", check=False).stdout)["first_administrator"]
    assert (said["token_file"], said["command"]) == (str(file), "zato user first NAME")
    left = datetime.fromisoformat(said["expires"]) - datetime.now(UTC)
    assert timedelta(minutes=119) < left <= timedelta(hours=2)
    assert f"zato user first NAME\n  (the one-time token is in {file})" in cluster.zato("status", check=False).stdout

    made = json.loads(cluster.zato("user", "first", NAME, "--json").stdout)
    assert (made["name"], made["value"]["roles"]) == (NAME, ["admin"])
    password = made["generated"]["password"]
    until(lambda: whoami(cluster, password)["status"] == 200)
    assert whoami(cluster, password)["roles"] == ["admin"]

    assert file.read_bytes() == b""
    assert "first_administrator" not in json.loads(cluster.zato("status", "--json", check=False).stdout)
    again = cluster.zato("user", "first", "john", check=False)
    assert (again.returncode, "was used; make a new one with: zato user first-token" in again.stderr) == (1, True)
    body = json.dumps({"token": token, "name": "john", "password": "a long password"}).encode()
    for door in DOORS:
        headers = {"Content-Type": "application/json"}
        answer = cluster.doors().get("/zato/api/first-administrator", door, method="POST", headers=headers, body=body)
        assert (answer.status, answer.json["error"]["code"]) == (401, "unauthorized")
        assert "zato user first-token" in answer.json["error"]["message"]
    assert token.encode() not in cluster.output.read_bytes()


def test_a_token_that_has_expired_lets_nobody_in(nobody_yet: RunningCluster) -> None:
    token = nobody_yet.api().new_first_token(1)["token"]
    time.sleep(1.1)
    refused = nobody_yet.zato("user", "first", NAME, "--token-file", "/dev/null", check=False)
    assert refused.returncode == 1
    nobody_yet.layout.first_token.write_text(token)
    refused = nobody_yet.zato("user", "first", NAME, check=False)
    assert (refused.returncode, "with: zato user first-token" in refused.stderr) == (1, True)
    assert nobody_yet.layout.first_token.read_text() == token
    assert NAME not in nobody_yet.zato("user", "list").stdout
