"""Zip files as packages."""

from __future__ import annotations

import importlib.resources
import pkgutil
from typing import Any

import pytest

from support.deployments_to_refuse.archives import archive
from support.deployments_to_refuse.source import service
from zato.deployment.loader import CodeSet, DeploymentRefused, parse


def run(code: CodeSet, name: str) -> Any:
    return code.services[name].implementation().handle()


SHOP = {
    "shop/__init__.py": b"LIMIT = 3\n",
    "shop/orders.py": (
        b"from zato.server.service import Service\nfrom . import LIMIT\nfrom .deep.prices import PRICE\n"
        b"import shop.deep.prices as same\n"
        b"class List(Service):\n    def handle(self):\n        return LIMIT * PRICE * same.PRICE\n"
    ),
    "shop/deep/prices.py": b"PRICE = 7\n",
    "shop/deep/data.json": b'{"a": 1}',
    "shop/__main__.py": b"raise SystemExit('not to be imported')\n",
    "shop/not-a-module.py": b"raise SystemExit('not to be imported')\n",
    "shop/.hidden.py": b"raise SystemExit('not to be imported')\n",
    "__MACOSX/shop/orders.py": b"\0\0",
    "README.md": b"# Shop\n",
}


def test_a_package_with_relative_imports_is_loaded_whole() -> None:
    code = CodeSet().with_deployment("shop-1.2.zip", archive(SHOP), 5)
    assert set(code.modules) == {"shop", "shop.orders", "shop.deep", "shop.deep.prices"}
    assert run(code, "shop.orders.list") == 147
    assert code.services["shop.orders.list"].module == "shop.orders"


def test_other_files_import_from_a_package_and_follow_its_changes() -> None:
    user = (
        b"import shop.orders\nfrom shop import deep\nfrom shop.deep.prices import PRICE\n"
        b"from zato.server.service import Service\n"
        b"class Use(Service):\n    def handle(self):\n        return PRICE, deep.__name__[:4], shop.LIMIT\n"
    )
    code = CodeSet().with_deployment("shop.zip", archive(SHOP), 1).with_deployment("user.py", user, 2)
    assert run(code, "user.use") == (7, "shop", 3)
    code = code.with_deployment("shop.zip", archive({**SHOP, "shop/deep/prices.py": b"PRICE = 8\n"}), 3)
    assert run(code, "user.use") == (8, "shop", 3)


def test_several_modules_may_lie_beside_one_another() -> None:
    files = {"first.py": b"V = 1\n", "second.py": service("from first import V\n")}
    source = parse("both.zip", archive(files), 1)
    assert source.module == "first, second"
    assert set(CodeSet().changed((source,)).services) == {"second.broken"}


def test_data_files_are_found_the_usual_ways() -> None:
    code = CodeSet().with_deployment("shop.zip", archive(SHOP), 1)
    package = code.modules["shop.deep"]
    assert pkgutil.get_data(package.__name__, "data.json") == b'{"a": 1}'
    assert (importlib.resources.files(package) / "data.json").read_text() == '{"a": 1}'


def test_an_error_at_run_time_names_the_path_in_the_archive() -> None:
    broken = {**SHOP, "shop/deep/prices.py": b"PRICE = 'x' * None\n"}
    with pytest.raises(DeploymentRefused) as refused:
        CodeSet().with_deployment("shop.zip", archive(broken), 1)
    assert str(refused.value.refusal).startswith("shop.zip/shop/deep/prices.py:1: It raises TypeError")


def test_an_archive_unpacks_nothing_onto_the_disk(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    CodeSet().with_deployment("shop.zip", archive(SHOP), 1)
    assert not list(tmp_path.iterdir())
