"""What services of the fault suite write down, and how it is read."""

from __future__ import annotations

import json
from pathlib import Path

from support.chaos.services import Requests, read_ledgers, source


def line(identity: str, **more: object) -> str:
    row = {"kind": "receive", "id": identity, "server": "first", "at": 1.5, "message": "m", "redelivered": False}
    return json.dumps({**row, **more}) + "\n"


def test_lines_of_other_scenarios_and_kinds_and_one_that_is_not_complete_are_left_out(tmp_path: Path) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    first.write_text(
        line("a-1") + line("a-1", redelivered=True) + line("b-1") + line("a-2", kind="book") + line("a-3")[:-9]
    )
    second.write_text(line("a-4"))
    found = read_ledgers([first, second], "receive", "a")
    assert [(each.id, each.redelivered) for each in found] == [("a-1", False), ("a-1", True), ("a-4", False)]


def test_ids_of_requests_are_the_scenarios_own() -> None:
    requests = Requests("odb-away")
    made = requests.send(7)
    assert (made.id, made.path) == ("odb-away-7", "/chaos/send")
    assert json.loads(made.body or b"")["id"] == "odb-away-7"
    assert requests.echo(7).path.endswith("?id=odb-away-7")


def test_the_services_are_python_and_know_their_version() -> None:
    text = source(42).decode()
    compile(text, "chaos_services.py", "exec")
    assert "VERSION = 42" in text
