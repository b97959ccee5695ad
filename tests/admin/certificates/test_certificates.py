"""The page of certificates, against a cluster."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, expect

from support.accessible import found_by_axe
from support.browser import sign_in, window
from support.cluster import RunningCluster
from support.console import ConsoleSession
from support.public_certificates import PublicAuthority

PAGE = "/c/zato/certificates/"


def test_whoever_may_read_sees_those_of_each_machine_and_the_public_one(
    console: RunningCluster, tmp_path: Path
) -> None:
    session = ConsoleSession(console)
    session.sign_in("vera")
    page = session.get(PAGE).data.decode()
    for name in ("haproxy", "lighttpd-1", "server-1", "zato-admin-lighttpd", "ca"):
        assert f"<code>{name}</code>" in page
    assert "zato pki public CERTIFICATE KEY" in page
    certificate, key = PublicAuthority(tmp_path).put("zato.example.com")
    console.zato("pki", "public", str(certificate), str(key))
    try:
        page = session.get(PAGE).data.decode()
        assert "zato.example.com" in page
        assert str(certificate) in page
        assert "The last good one" not in page
        key.write_bytes(PublicAuthority(tmp_path / "other").issue("zato.example.com")[1])
        console.zato("pki", "public", check=False)
        assert "is not the certificate&#x27;s" in session.get(PAGE).data.decode()
    finally:
        console.zato("pki", "public", "--remove")


def test_it_can_be_read_by_everybody(console: RunningCluster, browser: Browser) -> None:
    with window(browser, console) as page:
        sign_in(page, "vera")
        page.goto(PAGE)
        expect(page.get_by_role("heading", name="Certificates", exact=True)).to_be_visible()
        assert found_by_axe(page) == []
