"""What units of systemd say that nothing else would notice."""

from __future__ import annotations

from configparser import ConfigParser
from pathlib import Path

from zato.host.layout import APPLIANCE_LAYOUT

UNITS = Path(__file__).parents[2] / "systemd"


def unit(name: str) -> ConfigParser:
    parsed = ConfigParser(strict=False, interpolation=None)
    parsed.optionxform = str  # type: ignore[assignment,method-assign]
    parsed.read_string((UNITS / name).read_text(encoding="utf-8"))
    return parsed


def test_only_the_user_of_servers_can_ask_the_signer_whoever_else_is_of_its_group() -> None:
    socket = unit("zato-pki-sign.socket")["Socket"]
    assert (socket["SocketUser"], socket["SocketMode"], socket.get("SocketGroup")) == ("zato", "0600", None)


def test_only_its_own_lighttpd_can_ask_the_console() -> None:
    socket = unit("zato-admin.socket")["Socket"]
    assert (socket["SocketUser"], socket["SocketMode"], socket.get("SocketGroup")) == ("zato-tls", "0600", None)
    assert socket["ListenStream"] == str(APPLIANCE_LAYOUT.console_socket)


def test_the_consoles_lighttpd_goes_on_while_the_console_is_restarted() -> None:
    assert unit("zato-admin-lighttpd.service")["Unit"]["PartOf"] == "zato.target"
