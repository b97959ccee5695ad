"""A server's settings, by hand and through the admin API: applied while requests flow, and taken back."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator

import pytest

from support.cluster import RunningCluster
from support.load import Load
from support.waiting import until

SOURCE = """
import time
from zato.server.service import Service

class Slow(Service):
    name = 'settings.slow'

    def handle(self):
        time.sleep(1)

class Quick(Service):
    name = 'settings.quick'

    def handle(self):
        self.logger.debug('settings-debug')
        self.response.payload = {'currency': self.user_config.get('currency'), 'length': len(self.request.raw_request)}
"""


@pytest.fixture(scope="module")
def served(cluster: RunningCluster) -> Iterator[RunningCluster]:
    """With services of these tests; its settings are the same afterwards."""
    api = cluster.api()
    api.deploy("settings.py", SOURCE.encode())
    for name in ("slow", "quick"):
        service = f"settings.{name}"
        api.create_item("channel-rest", service, {"service": service, "path": f"/settings/{name}", "methods": ["POST"]})
    cluster.settle()
    before = cluster.layout.server(1).settings.read_bytes()
    yield cluster
    cluster.layout.server(1).settings.write_bytes(before)
    cluster.layout.server(1).user_config.unlink(missing_ok=True)
    until(lambda: cluster.zato("server", "config", "diff", "1").stdout == "Nothing differs.\n")


def edit(cluster: RunningCluster, line: str) -> None:
    path = cluster.layout.server(1).settings
    path.write_text(f"{path.read_text()}{line}\n")


def history(cluster: RunningCluster) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(cluster.zato("server", "config", "history", "1", "--json").stdout)[
        "changes"
    ]
    return found


def test_an_edit_by_hand_is_in_force_at_once_and_can_be_taken_back(served: RunningCluster) -> None:
    assert served.request("POST", "/settings/slow").status == 200
    before = history(served)[0]["commit"]
    edit(served, "time_limit_seconds = 0.4")
    until(lambda: served.request("POST", "/settings/slow").status == 504)
    assert history(served)[0]["change"] == "time_limit_seconds = 0.4"
    assert json.loads(served.zato("config", "get", "server", "server-1", "--json").stdout)["value"][
        "time_limit_seconds"
    ] == pytest.approx(0.4)
    shown = served.zato("server", "config", "diff", "1", str(before)).stdout
    assert "+time_limit_seconds = 0.4" in shown
    served.zato("server", "config", "rollback", "1", str(before))
    until(lambda: served.request("POST", "/settings/slow").status == 200)
    until(lambda: history(served)[0]["change"] == "no time_limit_seconds")
    assert history(served)[0]["by"] == "admin"


def test_a_broken_edit_changes_nothing_and_says_why(served: RunningCluster) -> None:
    settings = served.layout.server(1).settings
    before = settings.read_text()
    changes = history(served)
    edit(served, "time_limit_seconds = 'soon'")
    error = settings.with_name("server.toml.error")
    until(error.exists)
    assert "time_limit_seconds: expected `float`, got `str`" in error.read_text()
    (finding,) = (
        each
        for each in json.loads(served.zato("doctor", "--json", check=False).stdout)["findings"]
        if each["subject"] == "settings"
    )
    assert finding["remedy"] == f"cat {error}"
    assert served.request("POST", "/settings/slow").status == 200
    settings.write_text(before)
    until(lambda: not error.exists())
    assert history(served) == changes


def test_the_number_of_workers_changes_without_a_failed_request(served: RunningCluster) -> None:
    with served.pool() as pool, Load(pool, "/settings/quick", method="POST", body=b"{}", per_second=50) as load:
        for workers in (4, 2):
            served.zato("config", "set", "server", "server-1", f"workers={workers}")
            until(lambda workers=workers: len(served.worker_pids()) == workers)
    assert load.failed() == []
    assert len(load.samples) > 50


def test_a_hangup_replaces_the_workers_without_a_failed_request(served: RunningCluster) -> None:
    before = {*served.worker_pids()}
    with served.pool() as pool, Load(pool, "/settings/quick", method="POST", body=b"{}", per_second=50) as load:
        os.kill(served.pids()["server-1"], signal.SIGHUP)
        until(lambda: not before & {*served.worker_pids()} and len(served.worker_pids()) == len(before))
    assert load.failed() == []


def test_the_largest_body_changes(served: RunningCluster) -> None:
    body = b'{"text": "' + b"x" * 5000 + b'"}'
    assert served.request("POST", "/settings/quick", body=body).status == 200
    served.zato("config", "set", "server", "server-1", "max_body_bytes=4000")
    until(lambda: served.request("POST", "/settings/quick", body=body).status == 413)
    served.zato("config", "set", "server", "server-1", "max_body_bytes=null")
    until(lambda: served.request("POST", "/settings/quick", body=body).status == 200)


def test_what_services_read_changes(served: RunningCluster) -> None:
    def currency() -> object:
        return served.request("POST", "/settings/quick", body=b"{}").json()["currency"]

    assert currency() is None
    served.layout.server(1).user_config.write_text("currency = 'EUR'\n")
    until(lambda: currency() == "EUR")
    before = history(served)[0]["commit"]
    served.layout.server(1).user_config.write_text("currency = 'CHF'\n")
    until(lambda: currency() == "CHF")
    served.zato("server", "config", "rollback", "1", str(before))
    until(lambda: currency() == "EUR")


def test_the_level_of_log_lines_changes(served: RunningCluster) -> None:
    def told() -> bool:
        served.request("POST", "/settings/quick", body=b"{}")
        return "settings-debug" in served.said()

    assert not told()
    served.zato("config", "set", "server", "server-1", "log_level=debug")
    until(told)
    served.zato("config", "set", "server", "server-1", "log_level=null")


def test_a_server_that_is_not_here_is_named(served: RunningCluster) -> None:
    done = served.zato("server", "config", "history", "7", check=False)
    assert (done.returncode, done.stderr) == (1, "zato: There is no server 7 on this machine; there is: 1.\n")
    done = served.zato("server", "config", "rollback", "1", "nothing", check=False)
    assert (done.returncode, "There is no commit 'nothing'" in done.stderr) == (1, True)
