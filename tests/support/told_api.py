"""The admin API as a command sees it: answers that a test gives, and what it was asked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click import Command
from click.testing import CliRunner, Result

from zato.cli.connection import Target
from zato.client.api import ApiClient
from zato.client.calls import API
from zato.core.errors import ZatoError
from zato.host.unix_http import Reply

NOWHERE = Path("/nowhere")


class ToldApi:
    """Answers by "METHOD path"; of a list one after the other, the last one again and again. An error is its answer."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.asked: list[tuple[str, Any]] = []

    def request(
        self, method: str, target: str, body: bytes | None, headers: dict[str, str], *, timeout_seconds: float
    ) -> Reply:
        what = f"{method} {target.removeprefix(API)}"
        given = None
        if body is not None:
            given = json.loads(body) if headers.get("Content-Type") == "application/json" else body.decode()
        self.asked.append((what, given))
        answer = self.answers[what.partition("?")[0]]
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if isinstance(answer, ZatoError):
            error = {"code": answer.code, "message": answer.message, "cid": "c", "details": []}
            return Reply(answer.status, "application/json", json.dumps({"error": error}).encode())
        if isinstance(answer, str):
            return Reply(200, "application/yaml", answer.encode())
        return Reply(200, "application/json", json.dumps(answer).encode())

    def run(self, command: Command, *words: str, as_json: bool = False, typed: str | None = None) -> Result:
        """A command of the command line with these words. What it raises is raised here."""
        api = self

        class Here(Target):
            def client(self) -> ApiClient:
                return ApiClient(api)

        runner = CliRunner()
        return runner.invoke(command, words, input=typed, obj=Here(NOWHERE, as_json), catch_exceptions=False)
