"""The examples in docs/outgoing-connections.md are run as they stand there."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

import pytest

from zato.server.service import Conflict, NotFound, Unavailable
from zato.testing import ServiceTestClient

DOCUMENT = Path(__file__).parents[2] / "docs" / "outgoing-connections.md"


def example(name: str, directory: Path) -> dict[str, Any]:
    """What the file of that name defines."""
    found = re.search(rf"^```python\n(# {name}\n.*?)^```$", DOCUMENT.read_text(), re.DOTALL | re.MULTILINE)
    assert found, name
    (directory / name).write_text(found[1], encoding="utf-8")
    return runpy.run_path(str(directory / name))


def test_a_call_over_http(tmp_path: Path) -> None:
    reserve = example("supplier.py", tmp_path)["Reserve"]
    client = ServiceTestClient()
    supplier = client.rest["Supplier"]
    supplier.respond({"level": 4}, method="GET")
    supplier.respond({"number": "A-1"}, method="POST", headers={"Location": "/orders/A-1"})
    answer = client.invoke(reserve, {"sku": "bolt", "count": "2"})
    assert answer.data == {"number": "A-1", "page": "/orders/A-1"}
    assert supplier.requests[0].params == {"sku": "bolt"}
    assert supplier.requests[1].headers["X-Priority"] == "high"
    supplier.respond({}, method="GET", status_code=404)
    with pytest.raises(NotFound):
        client.invoke(reserve, {"sku": "nut", "count": "2"})


def test_a_call_that_fails(tmp_path: Path) -> None:
    reserve = example("supplier.py", tmp_path)["Reserve"]
    client = ServiceTestClient()
    client.rest["Supplier"].respond({"level": 4}, method="GET")
    client.rest["Supplier"].fail(method="POST")
    with pytest.raises(Unavailable):
        client.invoke(reserve, {"sku": "bolt", "count": "2"})


def test_a_transaction(tmp_path: Path) -> None:
    take = example("stock.py", tmp_path)["Take"]
    client = ServiceTestClient()
    stock = client.sql["Stock"]
    stock.execute("CREATE TABLE stock (sku TEXT, level INTEGER)")
    stock.execute("CREATE TABLE taken (sku TEXT, pieces INTEGER)")
    stock.execute("INSERT INTO stock VALUES ('bolt', 5)")
    client.invoke(take, {"sku": "bolt", "count": 3})
    with pytest.raises(Conflict):
        client.invoke(take, {"sku": "bolt", "count": 3})
    assert stock.execute("SELECT level FROM stock") == [{"level": 2}]
    assert stock.execute("SELECT pieces FROM taken") == [{"pieces": 3}]
