"""The files of the public certificate are looked at again and again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.public_certificates import PublicAuthority
from zato.core.clock import SystemClock
from zato.host.layout import Layout
from zato.host.logs import configure
from zato.pki import public
from zato.pki.certificates import load_certificate
from zato.pki.public_files import balancer_file
from zato.singleton.public_certificate import PublicCertificate


def test_what_is_renewed_is_taken_and_what_is_refused_is_said_once(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    configure("json", "info", "singleton")
    layout, clock, authority = Layout(tmp_path), SystemClock(), PublicAuthority(tmp_path / "public")
    layout.pki.mkdir()
    watching = PublicCertificate(layout, clock)
    watching.step()
    certificate, key = authority.put("zato.example.com")
    public.take(layout.pki, certificate, key, clock.now())
    before = load_certificate(balancer_file(layout.pki)).serial_number
    watching.step()
    certificate.write_bytes(authority.issue("zato.example.com")[0])
    watching.step()
    watching.step()
    assert load_certificate(balancer_file(layout.pki)).serial_number == before
    authority.put("zato.example.com")
    watching.step()
    assert load_certificate(balancer_file(layout.pki)).serial_number != before
    said = [json.loads(line)["event"] for line in capfd.readouterr().err.splitlines()]
    assert said.count("The public certificate was not taken; the last good one stays") == 1
    assert said.count("The public certificate was taken") == 1
