"""How each process of a cluster begins, and how it ends where it cannot."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from zato.core.errors import SetupError
from zato.host.process import or_end

OF_A_SERVER = ("zato.server", "zato.hotdeploy", "zato.listener", "zato.agent.lighttpd")
ALL = (*OF_A_SERVER, "zato.singleton", "zato.agent.haproxy")


def run(module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("module", ALL)
def test_settings_that_cannot_be_used_end_it_with_a_sentence(module: str, tmp_path: Path) -> None:
    (tmp_path / "zato.toml").write_text("name = 5\n", encoding="utf-8")
    server = ("--server", "1") if module in OF_A_SERVER else ()
    ended = run(module, "--root", str(tmp_path), *server)
    assert ended.returncode == 1
    assert "zato.toml" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.stdout == ""


def test_a_process_that_belongs_to_a_server_needs_its_number(tmp_path: Path) -> None:
    ended = run("zato.hotdeploy", "--root", str(tmp_path))
    assert ended.returncode == 2
    assert "python -m zato.hotdeploy: error: the following arguments are required: --server" in ended.stderr


def test_what_it_cannot_begin_without_ends_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended, or_end():
        raise SetupError("There is no key.")
    assert ended.value.code == 1
    assert capsys.readouterr().err == "There is no key.\n"
