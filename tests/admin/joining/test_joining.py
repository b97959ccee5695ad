"""The page of joining, against a cluster."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect

from support.accessible import found_by_axe
from support.browser import sign_in, window
from support.cluster import RunningCluster
from support.console import ConsoleSession
from zato.cluster.signing.register import RegisteredToken
from zato.cluster.signing.signer import Signer
from zato.core.clock import SystemClock

PAGE = "/c/zato/joining/"


@pytest.fixture
def token(console: RunningCluster) -> RegisteredToken:
    """One that is out, as `zato server create --token` makes it."""
    signer = Signer(console.layout.pki, SystemClock())
    return signer.new_token(taken={1}, replaces=None, life=timedelta(minutes=5), balancer=("10.0.0.1",)).registered


def test_an_administrator_cancels_a_token(console: RunningCluster, browser: Browser, token: RegisteredToken) -> None:
    with window(browser, console) as page:
        sign_in(page, "ann")
        page.goto(PAGE)
        assert found_by_axe(page) == []
        page.get_by_role("button", name=f"Cancel the token {token.id}").click()
        expect(page.get_by_text(f"The token {token.id} is worth nothing any more.")).to_be_visible()
        expect(page.get_by_role("button", name=f"Cancel the token {token.id}")).to_have_count(0)


def test_one_that_is_gone_is_said_to_be(console: RunningCluster, token: RegisteredToken) -> None:
    session = ConsoleSession(console)
    session.sign_in("ann")
    for text in ("is worth nothing any more", "is out no more"):
        assert session.post(PAGE + "cancel", {"token": token.id}, form=PAGE).status == 302
        assert text in session.get(PAGE).data.decode()
    assert session.post(PAGE + "cancel", {"token": "../../x"}, form=PAGE).status in {302, 400}


@pytest.mark.parametrize("person", ["vera", "oz"])
def test_who_is_no_administrator_sees_no_token_and_why(
    console: RunningCluster, person: str, token: RegisteredToken
) -> None:
    session = ConsoleSession(console)
    session.sign_in(person)
    page = session.get(PAGE).data.decode()
    assert token.id not in page
    assert "do not let you see tokens" in page
    assert session.post(PAGE + "cancel", {"token": token.id}, form=PAGE).status == 403
    Signer(console.layout.pki, SystemClock()).cancel_token(token.id)
