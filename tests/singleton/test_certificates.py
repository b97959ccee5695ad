"""Renewal of what is due."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from zato.core.clock import SystemClock
from zato.host.layout import Layout
from zato.host.logs import configure
from zato.pki.authority import Authority
from zato.pki.certificates import load_certificate
from zato.pki.components import issue_missing
from zato.singleton.certificates import CertificateReconciler

CONSOLE = ["zato-admin-lighttpd", "zato-admin"]
ALL = ["admin", "haproxy-agent", "haproxy-client", "haproxy", "lighttpd-1", "lighttpd-agent-1", "server-1", *CONSOLE]


class LaterClock(SystemClock):
    def __init__(self, days: int) -> None:
        self._later = timedelta(days=days)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._later


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = Layout(tmp_path)
    authority = Authority(layout.pki)
    authority.create("zato")
    issue_missing(authority, hosts=("localhost",), servers=1)
    return layout


def serial(layout: Layout, name: str) -> int:
    return load_certificate(layout.pki / f"{name}.crt").serial_number


def test_what_is_not_due_is_left_alone(layout: Layout) -> None:
    assert CertificateReconciler(layout, SystemClock()).step() == []


def test_what_is_due_is_renewed_and_clients_certificates_are_not(layout: Layout) -> None:
    Authority(layout.pki).issue_client("partner")
    partner, before = serial(layout, "partner"), serial(layout, "haproxy")
    assert CertificateReconciler(layout, LaterClock(61)).step() == ALL
    assert serial(layout, "haproxy") != before
    assert serial(layout, "partner") == partner


def test_files_that_cannot_be_renewed_are_said_and_keep_no_other_from_it(
    layout: Layout, capfd: pytest.CaptureFixture[str]
) -> None:
    """Both come before those that are due."""
    configure("json", "info", "singleton")
    (layout.pki / "aaa.crt").write_text("no certificate")
    (layout.pki / "haproxy-client.crt").write_bytes(layout.ca_certificate.read_bytes())
    before = serial(layout, "lighttpd-1")
    found = CertificateReconciler(layout, LaterClock(3600)).step()
    assert found == ["admin", "haproxy-agent", "haproxy", "lighttpd-1", "lighttpd-agent-1", "server-1", *CONSOLE]
    assert serial(layout, "lighttpd-1") != before
    said = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    reasons = {line["certificate"]: line["reason"] for line in said if line["level"] == "error"}
    assert "remove it" in reasons["aaa"]
    assert "was not issued by this cluster" in reasons["haproxy-client"]
