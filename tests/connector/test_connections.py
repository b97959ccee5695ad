"""From configuration items to connections, and from one configuration to the next."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.http_peer import HttpPeer
from zato.config.codec import encode
from zato.config.configuration import Configuration
from zato.config.kinds import OutgoingRest, OutgoingSql
from zato.config.secrets import SecretBox, create_key
from zato.connector.connections import OutgoingConnections
from zato.core.errors import NotFound, ZatoError
from zato.odb.log import StoredItem

NOWHERE = Path("/nowhere")


@pytest.fixture
def box(tmp_path: Path) -> SecretBox:
    return SecretBox(create_key(tmp_path / "secret.key"))


@pytest.fixture
def peer() -> Iterator[HttpPeer]:
    with HttpPeer() as started:
        yield started


def rest(name: str, revision: int, **fields: Any) -> StoredItem:
    value = OutgoingRest(**{"address": "https://crm.example.com", **fields})
    return StoredItem("outgoing-rest", name, revision, encode("outgoing-rest", value))


def sql(name: str, revision: int, **fields: Any) -> StoredItem:
    return StoredItem("outgoing-sql", name, revision, encode("outgoing-sql", OutgoingSql(**fields)))


def configuration(*items: StoredItem) -> Configuration:
    return Configuration.from_items(max(item.revision for item in items), items)


def test_connections_are_found_by_protocol_and_name(box: SecretBox, tmp_path: Path) -> None:
    items = configuration(rest("CRM", 1), rest("Billing", 2), sql("Stock", 3, url="sqlite:///a.sqlite"))
    outgoing = OutgoingConnections.empty(tmp_path).refreshed(items, box)
    assert sorted(outgoing.rest) == ["Billing", "CRM"]
    assert outgoing.rest["CRM"].name == "CRM"
    assert outgoing.sql["Stock"].conn.execute("SELECT 1 AS one") == [{"one": 1}]
    assert "CRM" in outgoing.rest and "CRM" not in outgoing.sql
    assert outgoing.sql.get("Stock") is outgoing.sql["Stock"]


def test_an_unknown_name_says_what_there_is(box: SecretBox) -> None:
    outgoing = OutgoingConnections.empty(NOWHERE).refreshed(configuration(rest("CRM", 1), rest("Billing", 2)), box)
    for ask in (outgoing.rest.get, outgoing.rest.__getitem__):
        with pytest.raises(NotFound, match=r"no outgoing REST connection 'ERP'; configured are: 'Billing', 'CRM'"):
            ask("ERP")
    with pytest.raises(NotFound, match="configured are: none") as raised:
        outgoing.sql["Stock"]
    assert raised.value.status == 500  # to the caller of the service it is not a matter of what the caller asked for


def test_secrets_are_opened(box: SecretBox, peer: HttpPeer) -> None:
    encrypted = box.encrypt("t0ken", kind="outgoing-rest", name="CRM", field="secret")
    items = configuration(rest("CRM", 1, address=peer.address, security="bearer", secret=encrypted))
    OutgoingConnections.empty(NOWHERE).refreshed(items, box).rest["CRM"].conn.get("c1")
    assert peer.received[0].headers["Authorization"] == "Bearer t0ken"


def test_a_secret_that_does_not_open_makes_one_connection_unusable_and_no_other(box: SecretBox, peer: HttpPeer) -> None:
    encrypted = SecretBox(b"x" * 32).encrypt("t0ken", kind="outgoing-rest", name="CRM", field="secret")
    broken = rest("CRM", 1, address=peer.address, security="bearer", secret=encrypted)
    password = SecretBox(b"x" * 32).encrypt("t0ken", kind="outgoing-sql", name="Stock", field="password")
    stock = sql("Stock", 2, url="postgresql+psycopg2://localhost/a", username="a", password=password)
    outgoing = OutgoingConnections.empty(NOWHERE).refreshed(
        configuration(broken, stock, rest("ERP", 3, address=peer.address)), box
    )
    outgoing.rest["ERP"].conn.get("c1")
    for protocol, name in ((outgoing.rest, "CRM"), (outgoing.sql, "Stock")):
        with pytest.raises(ZatoError, match=f"'{name}' cannot be used: The sealed .* Give the secret") as raised:
            protocol[name]
        assert (raised.value.code, raised.value.status) == ("connection-unusable", 500)
    assert [problem.partition(" cannot")[0] for problem in outgoing.problems] == [
        "The outgoing-rest 'CRM'",
        "The outgoing-sql 'Stock'",
    ]
    right = box.encrypt("t0ken", kind="outgoing-rest", name="CRM", field="secret")
    healed = outgoing.refreshed(
        configuration(rest("CRM", 4, address=peer.address, security="bearer", secret=right)), box
    )
    healed.rest["CRM"].conn.get("c1")
    assert healed.problems == ()


def test_unchanged_connections_are_kept_with_their_pools(box: SecretBox, peer: HttpPeer) -> None:
    before = OutgoingConnections.empty(NOWHERE).refreshed(
        configuration(rest("CRM", 1, address=peer.address), rest("ERP", 2)), box
    )
    before.rest["CRM"].conn.get("c1")
    after = before.refreshed(configuration(rest("CRM", 1, address=peer.address), rest("ERP", 3)), box)
    assert after.rest["CRM"] is before.rest["CRM"]
    assert after.rest["ERP"] is not before.rest["ERP"]
    after.rest["CRM"].conn.get("c1")
    assert peer.accepted == 1
    assert after.refreshed(configuration(rest("CRM", 1), rest("ERP", 3)), box) is after


def test_replaced_and_deleted_connections_go_on_for_those_who_have_them(box: SecretBox, peer: HttpPeer) -> None:
    before = OutgoingConnections.empty(NOWHERE).refreshed(
        configuration(rest("CRM", 1, address=peer.address), rest("ERP", 2, address=peer.address)), box
    )
    for name in before.rest:
        before.rest[name].conn.get("c1")
    items = configuration(rest("CRM", 3, address=peer.address + "/new"))
    after = before.refreshed(items, box)
    assert sorted(before.rest) == ["CRM", "ERP"]
    before.rest["CRM"].conn.get("c1")
    before.rest["ERP"].conn.get("c1")
    after.rest["CRM"].conn.get("c1")
    assert [received.target for received in peer.received] == ["/", "/", "/", "/", "/new"]
    assert "ERP" not in after.rest
    assert peer.accepted == 5  # what is retired keeps nothing open


def test_nothing_is_connected_and_no_library_loaded_before_it_is_needed(tmp_path: Path) -> None:
    script = f"""
import sys
from pathlib import Path
from zato.connector.connections import OutgoingConnections
from zato.config.configuration import Configuration
from zato.config.item import Item
from zato.config.kinds import OutgoingRest, OutgoingSql
loaded = lambda: sorted(name for name in ("urllib3", "sqlalchemy.orm", "psycopg2", "pymysql") if name in sys.modules)
assert loaded() == [], loaded()
items = {{
    "outgoing-rest": {{"A": Item("outgoing-rest", "A", 1, OutgoingRest(address="https://no-such-host.invalid"))}},
    "outgoing-sql": {{"B": Item("outgoing-sql", "B", 2, OutgoingSql(url="sqlite:///b.sqlite"))}},
}}
outgoing = OutgoingConnections.empty(Path({str(tmp_path)!r})).refreshed(Configuration(2, items), None)
assert loaded() == [], loaded()
outgoing.sql["B"].conn.execute("SELECT 1")
assert loaded() == [], loaded()
print("lean")
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "lean", done.stderr


def test_a_path_to_a_file_of_sqlite_that_an_earlier_release_took_is_a_problem(box: SecretBox, tmp_path: Path) -> None:
    items = configuration(sql("Old", 1, url="sqlite:////var/lib/stock.db"), sql("Stock", 2, url="sqlite:///stock.db"))
    outgoing = OutgoingConnections.empty(tmp_path).refreshed(items, box)
    (problem,) = outgoing.problems
    assert problem.startswith("The outgoing-sql 'Old' cannot be used: SQLite takes the name of a file")
    assert f"such files are in {tmp_path} (sqlite_directory in zato.toml)" in problem
    with pytest.raises(ZatoError, match="SQLite takes the name of a file"):
        outgoing.sql["Old"]
    assert outgoing.sql["Stock"].conn.execute("SELECT 1 AS one") == [{"one": 1}]
