"""What has to be well before there is a token, and what the new machine is told."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from zato.client.api import ApiClient
from zato.cluster.inviting import invitation, new_token
from zato.cluster.signing.signer import Signer
from zato.cluster.token import decode
from zato.core.clock import SystemClock
from zato.core.errors import Conflict, InvalidInput, NotFound, SetupError
from zato.host.layout import Layout
from zato.host.settings import ClusterSettings
from zato.host.unix_http import Reply
from zato.pki.authority import Authority
from zato.pki.components import issue_missing

OPEN = ClusterSettings(bind="0.0.0.0", odb="postgresql+psycopg2://zato@db.example.com/zato")


class Cluster:
    """Its admin API; servers 1 and 4 run, 2 has an item."""

    def request(
        self, method: str, target: str, body: bytes | None, headers: dict[str, str], *, timeout_seconds: float
    ) -> Reply:
        found = {
            "/zato/api/status": {"servers": [{"number": 1}, {"number": 4}]},
            "/zato/api/items/server": {"items": [{"name": "server-2"}]},
        }[target]
        return Reply(200, "application/json", json.dumps(found).encode())


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    made = Layout(tmp_path)
    authority = Authority(made.pki)
    authority.create("zato")
    issue_missing(authority, hosts=("first.example.com",), servers=1)
    return made


@pytest.fixture
def signer(layout: Layout) -> Signer:
    return Signer(layout.pki, SystemClock())


def cluster() -> ApiClient:
    return ApiClient(Cluster())


def nobody() -> ApiClient:
    raise AssertionError("The cluster was asked.")


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        (ClusterSettings(balancer="first:11223", balancer_name="first"), "no-signer"),
        (ClusterSettings(bind="0.0.0.0", odb="sqlite:////tmp/odb.db"), "odb-not-shared"),
        (ClusterSettings(bind="127.0.0.1", odb=OPEN.odb), "balancer-not-reachable"),
    ],
)
def test_a_cluster_that_can_take_nobody_is_not_asked(
    layout: Layout, signer: Signer, settings: ClusterSettings, code: str
) -> None:
    with pytest.raises(SetupError) as refused:
        invitation(layout, settings, nobody, signer, address=None, replaces=None)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("address", "place"),
    [
        (None, ("first.example.com", 11223, "first.example.com")),
        ("10.0.0.1", ("10.0.0.1", 11223, "first.example.com")),
        ("10.0.0.1:443", ("10.0.0.1", 443, "first.example.com")),
        ("[fd00::1]:443", ("fd00::1", 443, "first.example.com")),
        ("fd00::1", ("fd00::1", 11223, "first.example.com")),
        ("other.example.com:1", ("other.example.com", 1, "first.example.com")),
    ],
)
def test_the_new_machine_is_told_where_the_balancer_is_and_whose_certificate_it_has(
    layout: Layout, signer: Signer, address: str | None, place: tuple[str, int, str]
) -> None:
    made_for = invitation(layout, OPEN, cluster, signer, address=address, replaces=None)
    text, made = new_token(layout, signer, made_for, timedelta(minutes=1))
    token = decode(text)
    assert (token.address, token.port, token.name) == place
    assert (token.server, made.server, made.replaces) == (3, 3, False)


@pytest.mark.parametrize("address", ["first:0", "first:65536", "first:x", "not a name", ""])
def test_what_is_no_address_is_refused(layout: Layout, signer: Signer, address: str) -> None:
    with pytest.raises(InvalidInput):
        invitation(layout, OPEN, nobody, signer, address=address, replaces=None)


def test_who_can_be_replaced(layout: Layout, signer: Signer) -> None:
    assert invitation(layout, OPEN, cluster, signer, address=None, replaces=4).replaces == 4
    with pytest.raises(NotFound):
        invitation(layout, OPEN, cluster, signer, address=None, replaces=5)
    with pytest.raises(Conflict) as refused:
        invitation(layout, OPEN, cluster, signer, address=None, replaces=1)
    assert refused.value.code == "server-on-this-machine"
