"""Which deployed files a candidate has to be tried together with."""

from __future__ import annotations

import pytest

from zato.deployment.check.selection import files_to_try_with, module_of
from zato.deployment.loader import CodeSet, DeploymentRefused

HEAD = "from zato.server.service import Service\n"
SERVICE = "class Get{0}(Service):\n    def handle(self): return {0}\n"


def code() -> CodeSet:
    """prices <- orders <- shop; weather stands alone."""
    made = CodeSet()
    for number, (name, imports) in enumerate(
        (("prices", ""), ("orders", "import prices\n"), ("shop", "import orders\n"), ("weather", "")), 1
    ):
        made = made.with_deployment(f"{name}.py", (imports + HEAD + SERVICE.format(number)).encode(), number)
    return made


@pytest.mark.parametrize(
    ("file_name", "source", "expected"),
    [
        ("new.py", b"x = 1\n", set()),
        ("new.py", b"import weather\n", {"weather.py"}),
        ("new.py", b"import orders\n", {"orders.py", "prices.py"}),  # and what that imports in turn
        ("new.py", b"# of the weather\n", {"weather.py"}),  # any word may be an import
        ("new.py", b"weathers = 1\n", set()),
        ("prices.py", b"x = 1\n", {"orders.py", "shop.py"}),  # what imports it, directly or not
        ("shop.py", b"x = 1\n", set()),
        ("shop.py", b"import shop\n", set()),  # never itself
        ("weather.py", b"import shop\n", {"orders.py", "prices.py", "shop.py"}),
    ],
)
def test_it_is_tried_with_what_it_may_import_and_with_what_imports_it(
    file_name: str, source: bytes, expected: set[str]
) -> None:
    assert files_to_try_with(code(), file_name, source) == expected


def test_a_file_that_takes_the_module_of_another_one_is_tried_with_it() -> None:
    made = CodeSet().with_deployment("my_shop.py", (HEAD + SERVICE.format(1)).encode(), 1)
    assert files_to_try_with(made, "my-shop.py", b"x = 1\n") == {"my_shop.py"}


def test_a_name_or_an_archive_that_is_not_acceptable_is_refused() -> None:
    for name, source in (("json.py", b""), ("a/b.py", b""), ("shop.zip", b"no archive")):
        with pytest.raises(DeploymentRefused):
            files_to_try_with(CodeSet(), name, source)


@pytest.mark.parametrize(
    ("file_name", "source", "module"),
    [("my-shop.py", b"", "my_shop"), ("shop.zip", b"no archive", "shop"), ("shop", b"", "")],
)
def test_the_module_of_a_file_can_be_told_from_its_name(file_name: str, source: bytes, module: str) -> None:
    assert module_of(file_name, source) == module
