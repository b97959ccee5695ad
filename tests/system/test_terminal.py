"""What comes from services, callers and files does nothing to the terminal of whoever looks at it."""

from __future__ import annotations

import json
import subprocess
import unicodedata

from support.cluster import RunningCluster
from support.waiting import eventually

# A title, a colour by C1, text backwards, nothing that is seen, and a line of its own
EVIL = "\x1b]0;owned\x07 \x9b31m \u202eabc\u2066 \u200b\U000e0041 \x7f\r\nAll is well."
SERVICE = f"""
from zato.server.service import Service
from zato.service.errors import BadRequest

EVIL = {EVIL!r}

class Said(Service):
    name = "terminal.said"

    def handle(self):
        self.logger.info(EVIL, value=EVIL)
        print(EVIL, flush=True)
        self.response.content_type = "text/plain"
        self.response.payload = EVIL

class Refuses(Service):
    name = "terminal.refuses"

    def handle(self):
        raise BadRequest(EVIL)
"""


def hidden(text: str) -> set[str]:
    """Characters of a text that do something to a terminal, or are not seen."""
    return {each for each in text if each not in "\n\t" and unicodedata.category(each) in ("Cc", "Cf", "Cs")}


def assert_harmless(done: subprocess.CompletedProcess[str]) -> str:
    text = done.stdout + done.stderr
    assert hidden(text) == set(), done.args
    assert "All is well." not in text.splitlines(), done.args
    return text


def test_nothing_that_the_command_line_shows_of_others(cluster: RunningCluster) -> None:
    cluster.drop("terminal.py", SERVICE)
    assert eventually(lambda: "terminal.said" in cluster.zato("service", "list").stdout)
    said = cluster.zato("service", "invoke", "terminal.said")
    assert hidden(said.stdout) == set() and "\\u001b]0;owned\\u0007 \\u009b31m \\u202eabc" in said.stdout
    as_json = cluster.zato("service", "invoke", "terminal.said", "--json")
    assert (hidden(as_json.stdout), json.loads(as_json.stdout)) == (set(), EVIL)
    refused = cluster.zato("service", "invoke", "terminal.refuses", check=False)
    assert "\\u001b]0;owned" in assert_harmless(refused)
    refused = cluster.zato("service", "invoke", "terminal.refuses", "--json", check=False)
    assert EVIL in json.loads(assert_harmless(refused))["error"]["message"]
    # A dead letter's reason
    cluster.zato("service", "invoke", "terminal.refuses", "--async")
    assert eventually(lambda: "terminal.refuses" in cluster.zato("message", "list").stdout)
    assert "\\u001b]0;owned" in assert_harmless(cluster.zato("message", "list"))
    assert EVIL in json.loads(assert_harmless(cluster.zato("message", "list", "--json")))["messages"][0]["reason"]
    cluster.zato("message", "delete", "--all")
    # What somebody calls an item, and what a command is called with
    assert_harmless(cluster.zato("config", "get", "channel-rest", EVIL, check=False))
    assert_harmless(cluster.zato(EVIL, check=False))


def test_nothing_of_a_commits_author_and_subject(cluster: RunningCluster) -> None:
    config = cluster.layout.server(1).config
    name = EVIL.partition("\r")[0]
    who = ["-c", f"user.name={name}", "-c", "user.email=a@b"]
    subprocess.run(["git", *who, "-C", config, "commit", "-q", "--allow-empty", "-m", EVIL], check=True)
    text = assert_harmless(cluster.zato("server", "config", "history", "1"))
    assert "\\u009b31m \\u202eabc" in text


def test_nothing_of_files_that_were_refused(cluster: RunningCluster) -> None:
    pickup = cluster.layout.server(1).pickup
    name = "x'; touch owned;\x1b]0;owned\x07\u202e.py"
    try:
        cluster.drop(name, f"raise ValueError({EVIL!r})")
        error = pickup / f"{name}.error"
        assert eventually(error.exists)
        # People look at it by cat
        assert hidden(error.read_text()) == set()
        assert "\\u001b]0;owned" in error.read_text()
        done = cluster.zato("doctor", check=False)
        assert f"cat '{pickup}/x'\"'\"'; touch owned;\\u001b]0;owned\\u0007\\u202e.py.error'" in done.stdout
        assert_harmless(done)
    finally:
        for path in pickup.glob("x'*"):
            path.unlink()


def test_nothing_of_what_processes_write(cluster: RunningCluster) -> None:
    before = cluster.output.stat().st_size
    assert cluster.request("GET", f"/{EVIL[4:9]}%1b%c2%9b").status in (400, 401, 403, 404)
    cluster.zato("service", "invoke", "terminal.said")
    shown = cluster.output.read_bytes()[before:].decode()
    assert "owned" in shown and hidden(shown) == set()
