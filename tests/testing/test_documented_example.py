"""The examples in docs/service-api.md are run as they stand there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

DOCUMENT = Path(__file__).parents[2] / "docs" / "service-api.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```$", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def test_the_examples_and_their_tests_pass(tmp_path: Path) -> None:
    files = {match[1]: block for block in BLOCKS if (match := re.match(r"# (\w+\.py)\n", block))}
    assert sorted(files) == ["stock_levels.py", "test_stock_database.py", "test_stock_levels.py"]
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(tmp_path),
        str(tmp_path),
    ]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "5 passed" in result.stdout


@pytest.mark.parametrize("block", [block for block in BLOCKS if not block.startswith("# ")])
def test_every_other_piece_of_code_works(block: str) -> None:
    head = "from zato.server.service import *\n"
    if "class SimpleIO" in block or block.startswith("input"):
        indented = "".join(f"    {line}\n" for line in block.splitlines())
        code = f"{head}from zato.service.io import io_of\nclass Example(Service):\n{indented}\nio_of(Example)\n"
    elif block.startswith("raise"):
        code = f"{head}try:\n    {block}except NotFound as error:\n    assert error.code == 'no-such-customer'\n"
    else:
        last = re.findall(r"^class (\w+)\(Service\)", block, re.MULTILINE)[-1]
        code = f"{head}{block}from zato.service.io import io_of\nio_of({last})\n"
    exec(compile(code, "service-api.md", "exec", dont_inherit=True), {"__name__": __name__})
