"""What versions and ciphers of TLS both ports that people reach let in: TLS 1.2 and later, and no weak cipher."""

from __future__ import annotations

import socket
import ssl
import warnings

import pytest

from support.cluster import RunningCluster
from zato.host.settings import load_cluster

PORTS = ("lb_port", "console_port")
_WEAK = ("NULL", "EXP", "RC4", "3DES", "DES", "MD5", "PSK", "aNULL", "CAMELLIA", "SEED", "IDEA", "ARIA")


def context(version: ssl.TLSVersion, ciphers: str) -> ssl.SSLContext:
    """Of a client that knows this alone; OpenSSL's own level would keep it from asking."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
    made.set_ciphers(f"{ciphers}:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        made.minimum_version = made.maximum_version = version
    return made


def agreed(cluster: RunningCluster, port: str, made: ssl.SSLContext) -> tuple[str, str] | None:
    """The version and the cipher; None where the server refuses."""
    number = getattr(load_cluster(cluster.layout), port)
    with socket.create_connection(("127.0.0.1", number), 10) as plain:
        try:
            with made.wrap_socket(plain) as connection:
                cipher = connection.cipher()
                assert cipher is not None
                return str(connection.version()), cipher[0]
        except OSError:
            return None


@pytest.mark.parametrize("port", PORTS)
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_old_versions_are_refused(console: RunningCluster, port: str, version: ssl.TLSVersion) -> None:
    assert agreed(console, port, context(version, "ALL")) is None


@pytest.mark.parametrize("port", PORTS)
def test_present_versions_are_let_in(console: RunningCluster, port: str) -> None:
    for version, name in ((ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (ssl.TLSVersion.TLSv1_3, "TLSv1.3")):
        found = agreed(console, port, context(version, "ALL"))
        assert found is not None
        assert found[0] == name


@pytest.mark.parametrize("port", PORTS)
def test_every_cipher_that_is_let_in_has_forward_secrecy_and_authenticates(console: RunningCluster, port: str) -> None:
    known = [
        str(each["name"])
        for each in context(ssl.TLSVersion.TLSv1_2, "ALL:COMPLEMENTOFALL").get_ciphers()
        if not str(each["name"]).startswith("TLS_")
    ]
    assert any(name.startswith("AES128") for name in known)
    let_in = [name for name in known if agreed(console, port, context(ssl.TLSVersion.TLSv1_2, name)) is not None]
    assert let_in
    for name in let_in:
        assert name.startswith("ECDHE-"), name
        assert "GCM" in name or "CHACHA20" in name, name
        assert not any(weak in name.split("-") for weak in _WEAK), name
