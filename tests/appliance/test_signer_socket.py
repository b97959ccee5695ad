"""The signer is there where other machines may need it, after a restore, too."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.systemctl import Systemctl
from zato.appliance.signer_socket import offer
from zato.host.layout import Layout

ASKED = "is-enabled zato-pki-sign.socket"


def test_a_restored_register_brings_the_signer_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    systemctl = Systemctl(tmp_path, monkeypatch)
    layout = Layout(tmp_path)
    layout.pki.mkdir()
    systemctl.says("disabled\n")
    offer(layout)
    assert systemctl.asked() == []  # no token was ever made
    (layout.pki / "enrolment.json").touch()
    offer(layout)
    assert systemctl.asked() == [ASKED, "enable -q --now zato-pki-sign.socket"]


@pytest.mark.parametrize("state", ["enabled", "masked"])
def test_what_is_enabled_or_forbidden_stays_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: str) -> None:
    systemctl = Systemctl(tmp_path, monkeypatch)
    layout = Layout(tmp_path)
    layout.pki.mkdir()
    (layout.pki / "enrolment.json").touch()
    systemctl.says(f"{state}\n")
    offer(layout)
    assert systemctl.asked() == [ASKED]
