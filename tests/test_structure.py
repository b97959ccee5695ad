"""What the files of the product are to each other: no circles of imports, and none that has grown too long."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

LINES_MAX = 300
"""By then a file has a second subject, as a rule, which is to have a file of its own."""
PACKAGES = Path(__file__).resolve().parents[1] / "usr" / "lib" / "zato"


def modules(packages: Path) -> dict[str, Path]:
    """All modules by their names; a package's is that of its `__init__.py`."""
    found = {}
    for path in packages.rglob("*.py"):
        parts = path.relative_to(packages).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported(name: str, path: Path, known: Mapping[str, Path]) -> Iterator[str]:
    """Modules that a file names in its imports, wherever in the file: those for types and in functions are some."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            source = ".".join([*above, *(node.module or "").split(".")]).strip(".")
            for alias in node.names:
                full = f"{source}.{alias.name}"
                if full in known or source in known:
                    yield full if full in known else source


def circle(packages: Path) -> list[str] | None:
    """Modules each of which is imported by the next; None where there are no such."""
    known = modules(packages)
    graph = {name: set(imported(name, path, known)) - {name} for name, path in known.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return None


def test_no_file_imports_one_that_needs_it() -> None:
    assert circle(PACKAGES) is None


@pytest.mark.parametrize(
    "back",
    [
        "from pack.one import ONE",
        "import pack.one",
        "from pack import one",
        "from . import one",
        "from .one import ONE",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from pack.one import ONE",
        "def f():\n    from pack import one",
    ],
)
def test_a_circle_is_found_however_it_is_closed(back: str, tmp_path: Path) -> None:
    package = tmp_path / "pack"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "one.py").write_text("from pack.two import TWO\nONE = 1\n")
    (package / "two.py").write_text("TWO = 2\n")
    assert circle(tmp_path) is None
    (package / "two.py").write_text(f"{back}\nTWO = 2\n")
    assert set(circle(tmp_path) or []) == {"pack.one", "pack.two"}


def test_no_file_is_so_long_that_it_has_a_second_subject() -> None:
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in PACKAGES.rglob("*.py")}
    assert {str(path): count for path, count in lines.items() if count > LINES_MAX} == {}


def test_the_figures_are_told() -> None:
    tool = PACKAGES.parents[2] / "tools" / "figures.py"
    told = subprocess.run([sys.executable, tool], capture_output=True, text=True, check=True, timeout=60).stdout
    assert re.search(r"Median: [1-9][0-9]+ lines; longest: .*, [1-9][0-9]+", told)
    assert "Circle of imports: none" in told
