"""What is missing is named, with the package to install."""

from __future__ import annotations

from pathlib import Path

import pytest

from zato.core.errors import SetupError
from zato.host.programs import check_programs


def test_everything_is_there() -> None:
    check_programs()


def test_a_missing_library_of_lighttpds_scripts_is_named(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="apt-get install lua-luaossl"):
        check_programs(library=tmp_path / "x509.lua")


def test_a_missing_module_of_lighttpd_is_named(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="apt-get install lighttpd-mod-openssl"):
        check_programs(modules=tmp_path)
