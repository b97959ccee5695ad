"""Commands about servers on other machines, as the machine with the CA runs them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from zato.cli.connection import Target
from zato.cli.joining import create_command, tokens_command
from zato.client.api import ApiClient
from zato.cluster.signing.requests import new_key_pairs
from zato.cluster.signing.signer import Signer
from zato.core.clock import SystemClock
from zato.core.errors import NotFound
from zato.host.layout import Layout
from zato.host.unix_http import Reply
from zato.pki.authority import Authority
from zato.pki.components import issue_missing

HOSTS = ("10.0.0.2", "second.example.com")


class OneServer:
    """The admin API of a cluster that knows of server 1 only."""

    def request(
        self, method: str, target: str, body: bytes | None, headers: dict[str, str], *, timeout_seconds: float
    ) -> Reply:
        found = {"/zato/api/status": {"servers": [{"number": 1}]}, "/zato/api/items/server": {"items": []}}[target]
        return Reply(200, "application/json", json.dumps(found).encode())


class Here(Target):
    """This machine, of the cluster above."""

    def client(self) -> ApiClient:
        return ApiClient(OneServer())


@pytest.fixture
def here(tmp_path: Path) -> Here:
    layout = Layout(tmp_path)
    layout.settings.write_text(
        'name = "zato"\nbind = "0.0.0.0"\nodb = "postgresql+psycopg2://zato@db.example.com/zato"\n', encoding="utf-8"
    )
    authority = Authority(layout.pki)
    authority.create("zato")
    issue_missing(authority, hosts=("first.example.com",), servers=1)
    return Here(tmp_path, as_json=False)


@pytest.fixture
def signer(here: Here) -> Signer:
    return Signer(here.layout.pki, SystemClock())


def run(here: Here, command: Any, *words: str) -> Result:
    return CliRunner().invoke(command, words, obj=here)


def sign_for_a_server(signer: Signer) -> None:
    """All that is there of one whose join failed after that."""
    requests = {part.value: text for part, text in new_key_pairs().requests.items()}
    signer.enrol(signer.new_token(taken={1}).secret, HOSTS, requests)


def test_a_server_that_has_nothing_but_certificates_is_replaced(here: Here, signer: Signer) -> None:
    refused = run(here, create_command, "--token", "--replace", "2")
    assert isinstance(refused.exception, NotFound)
    sign_for_a_server(signer)
    assert "becomes server 2" in run(here, create_command, "--token", "--replace", "2").output
    signer.revoke(2)
    (token,) = signer.registered().tokens
    signer.cancel_token(token.id)
    assert isinstance(run(here, create_command, "--token", "--replace", "2").exception, NotFound)


def test_tokens_and_servers_on_other_machines_are_shown(here: Here, signer: Signer) -> None:
    assert run(here, tokens_command).output == "Nothing to show.\n"
    sign_for_a_server(signer)
    assert [line.split() for line in run(here, tokens_command).output.splitlines()] == [
        ["SERVER", "CERTIFICATES", "MACHINE"],
        ["2", "valid", "10.0.0.2,", "second.example.com"],
    ]
    token = signer.new_token(taken={1})
    signer.revoke(2)
    lines = run(here, tokens_command).output.splitlines()
    assert (lines[0].split()[0], lines[1].split()[:2], lines[2]) == ("TOKEN", [token.registered.id, "3"], "")
    assert lines[4].split()[:3] == ["2", "not", "valid"]
