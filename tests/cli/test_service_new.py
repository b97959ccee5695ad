"""zato service new: what it writes passes as it is, and what it names is what is deployed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from zato.cli.service.beginning import named
from zato.core.errors import InvalidInput
from zato.deployment.loader import CodeSet


def zato(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "zato.cli.main", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("runner", ["unittest", "pytest"])
def test_the_test_passes_as_it_is(tmp_path: Path, runner: str) -> None:
    done = zato("service", "new", "orders.place-order", "--json", cwd=tmp_path)
    assert json.loads(done.stdout) == {"service": "orders.place-order", "files": ["orders.py", "test_orders.py"]}
    command = [sys.executable, "-m", runner, "test_orders.py"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    again = zato("service", "new", "orders", cwd=tmp_path)
    assert again.returncode == 1
    assert "orders.py is there already" in again.stderr


@pytest.mark.parametrize(
    ("name", "module", "class_name", "service"),
    [
        ("hello", "hello", "Hello", "hello.hello"),
        ("stock-levels", "stock_levels", "StockLevels", "stock-levels.stock-levels"),
        ("crm.get-customer", "crm", "GetCustomer", "crm.get-customer"),
    ],
)
def test_names_are_those_that_a_server_derives(name: str, module: str, class_name: str, service: str) -> None:
    new = named(name)
    assert (new.module, new.class_name) == (module, class_name)
    code = CodeSet().with_deployment(f"{module}.py", new.files[f"{module}.py"].encode(), 1)
    assert list(code.services) == [new.name]


@pytest.mark.parametrize("name", ["", "os", "zato.x", "a b", "../x", "1a", "a.", "a--b", "class", "a.b.c-", "orders/x"])
def test_what_cannot_be_deployed_is_not_begun(name: str) -> None:
    with pytest.raises(InvalidInput):
        named(name)
