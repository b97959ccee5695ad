"""Files without services, which others import, and files whose names have hyphens."""

from __future__ import annotations

from typing import Any

import pytest

from support.deployments_to_refuse.archives import archive
from zato.deployment.loader import CodeSet, DeploymentRefused, parse

HEAD = b"from zato.server.service import Service\n"
SERVICE = HEAD + b"class Get(Service):\n    def handle(self):\n        return 1\n"
ABSTRACT = (
    HEAD + b"from abc import ABC, abstractmethod\nclass Base(Service, ABC):\n    @abstractmethod\n"
    b"    def handle(self): ...\n"
)
WITHOUT_ABC = ABSTRACT.replace(b"(Service, ABC)", b"(Service)")


def _rate(code: CodeSet) -> Any:
    handle: Any = code.services["user.get"].implementation().handle
    return handle()


@pytest.mark.parametrize(
    "shared",
    [
        b"RATE = 7\n",
        b"def rate():\n    return 7\nRATE = rate()\n",
        ABSTRACT + b"RATE = 7\n",
        WITHOUT_ABC + b"RATE = 7\n",
    ],
)
def test_a_file_without_a_service_is_a_module_for_others(shared: bytes) -> None:
    user = HEAD + b"from rates import RATE\nclass Get(Service):\n    def handle(self):\n        return RATE\n"
    code = CodeSet().with_deployment("rates.py", shared, 1)
    assert code.services == {}
    code = code.with_deployment("user.py", user, 2)
    assert _rate(code) == 7
    changed = code.with_deployment("rates.py", shared.replace(b"7", b"8"), 3)
    assert _rate(changed) == 8
    with pytest.raises(
        DeploymentRefused,
        match=r"does not work with this change: withdraw \w+\.py first, or deploy a version of it that does",
    ):
        code.with_deployment("rates.py", b"OTHER = 1\n", 3)


@pytest.mark.parametrize("body", ["    pass\n", "    def handel(self):\n        return 1\n"])
def test_a_class_that_was_meant_to_be_a_service_is_none_for_others(body: str) -> None:
    with pytest.raises(DeploymentRefused, match=r"class Wrong .* no method named handle") as refused:
        CodeSet().with_deployment("shop.py", HEAD + f"class Wrong(Service):\n{body}".encode(), 1)
    assert refused.value.refusal.line == 2


@pytest.mark.parametrize("method", ["handel", "Handle", "handle_get", "handleGET", "handler"])
def test_a_service_that_is_misspelt_is_refused_beside_others(method: str) -> None:
    wrong = SERVICE + f"class Wrong(Service):\n    def {method}(self): ...\n".encode()
    with pytest.raises(DeploymentRefused, match=f"class Wrong .*, but one named {method}, which is never called") as no:
        CodeSet().with_deployment("shop.py", wrong, 1)
    assert (no.value.refusal.code, no.value.refusal.line) == ("not-invocable", 5)


@pytest.mark.parametrize(
    "more",
    [
        "class Base(Service):\n    def handler(self): ...\nclass Other(Base):\n    def handle(self): ...\n",
        "class Base(Service):\n    def handle_error(self): ...\n    def handler(self, more): ...\n",
        "class Base(Service):\n    pass\n",
    ],
)
def test_a_base_class_beside_services_is_none_that_is_misspelt(more: str) -> None:
    assert "shop.get" in CodeSet().with_deployment("shop.py", SERVICE + more.encode(), 1).services


def test_what_was_deployed_before_anybody_looked_at_it_is_there_after_a_start() -> None:
    source = SERVICE + b"class Later(Service):\n    async def handle(self): ...\n"
    with pytest.raises(DeploymentRefused, match="async"):
        CodeSet().with_deployment("shop.py", source, 1)
    code, refusals = CodeSet.of([parse("shop.py", source, 1)])
    assert (set(code.services), refusals) == ({"shop.get", "shop.later"}, ())
    assert "other.get" in code.with_deployment("other.py", SERVICE, 2).services


def test_a_hyphen_in_the_name_of_a_file_is_an_underscore_in_that_of_its_module() -> None:
    code = CodeSet().with_deployment("stock-levels.py", SERVICE, 1)
    entry = code.services["stock-levels.get"]
    assert (entry.module, entry.file_name) == ("stock_levels", "stock-levels.py")
    user = HEAD + b"import stock_levels\nclass Ask(Service):\n    def handle(self):\n        return stock_levels.Get\n"
    assert "user.ask" in code.with_deployment("user.py", user, 2).services
    with pytest.raises(DeploymentRefused, match=r"'stock_levels' is in stock-levels\.py already"):
        code.with_deployment("stock_levels.py", SERVICE, 2)


def test_a_hyphen_at_the_top_of_an_archive_is_one_too() -> None:
    code = CodeSet().with_deployment("shop.zip", archive({"stock-levels.py": SERVICE}), 1)
    assert code.services["stock-levels.get"].module == "stock_levels"
    both = archive({"stock-levels.py": SERVICE, "stock_levels.py": SERVICE})
    with pytest.raises(DeploymentRefused, match="are both the module 'stock_levels'"):
        CodeSet().with_deployment("shop.zip", both, 1)


def test_files_that_need_one_another_are_told_how_to_come() -> None:
    first = HEAD + b"import second\nclass A(Service):\n    def handle(self): ...\n"
    second = HEAD + b"import first\nclass B(Service):\n    def handle(self): ...\n"
    for name, source in (("first.py", first), ("second.py", second)):
        with pytest.raises(DeploymentRefused, match=r"need one another are deployed together, or in one \.zip"):
            CodeSet().with_deployment(name, source, 1)
    assert (
        len(CodeSet().with_deployment("both.zip", archive({"first.py": first, "second.py": second}), 1).services) == 2
    )
