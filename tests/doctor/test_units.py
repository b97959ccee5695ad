"""What zato doctor finds about systemd's units."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.systemctl import Systemctl
from zato.doctor.units import check


def test_a_signer_that_is_not_there_is_named_with_the_command_that_brings_it_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    systemctl = Systemctl(tmp_path, monkeypatch)
    systemctl.says("active\ninactive\n")
    (found,) = check([], balancer=False, console=False, signer=True)
    assert systemctl.asked() == ["is-active zato-pki.timer zato-pki-sign.socket"]
    assert "zato-pki-sign.socket is inactive" in found.problem
    assert found.remedy == "systemctl enable --now zato-pki-sign.socket"
    systemctl.says("active\n")
    assert list(check([], balancer=False, console=False, signer=False)) == []


def test_where_systemd_says_nothing_nobody_takes_that_for_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Systemctl(tmp_path, monkeypatch).says("")
    (found,) = check([1], balancer=True, console=True, signer=False)
    assert found.problem == "systemd does not say which of Zato's units run."


def test_a_console_that_does_not_run_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    systemctl = Systemctl(tmp_path, monkeypatch)
    systemctl.says("active\nactivating\nactive\nactive\n")
    (found,) = check([], balancer=False, console=True, signer=False)
    console = "zato-admin.service zato-admin.socket zato-admin-lighttpd.service"
    assert systemctl.asked() == [f"is-active zato-pki.timer {console}"]
    assert found.remedy == "systemctl start zato-admin.service"
