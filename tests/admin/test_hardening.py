"""What an attacker tries at the console: planted and stolen sessions, frames, forms of other sites, large bodies."""

from __future__ import annotations

import socket
import time

import pytest

from support.browser import PASSWORD
from support.cluster import RunningCluster
from support.console import ConsoleSession, have_person
from support.waiting import until
from zato.host.settings import load_cluster

COOKIE = "__Host-zato"
OVERVIEW = "/c/zato/"


@pytest.fixture
def ann(console: RunningCluster) -> ConsoleSession:
    session = ConsoleSession(console)
    assert session.sign_in("ann").status == 302
    return session


def thief(console: RunningCluster, session: ConsoleSession) -> ConsoleSession:
    """Somebody who has the cookies, elsewhere."""
    made = ConsoleSession(console)
    made.cookies.update(session.cookies)
    return made


def test_a_planted_session_is_not_the_one_after_signing_in(console: RunningCluster) -> None:
    session = ConsoleSession(console)
    session.cookies[COOKIE] = "planted" * 4
    assert session.sign_in("ann").status == 302
    assert session.cookies[COOKIE] != "planted" * 4
    before = session.cookies[COOKIE]
    assert session.sign_in("ann").status == 302
    assert session.cookies[COOKIE] != before


def test_a_stolen_cookie_is_worth_nothing_once_its_owner_has_left(console: RunningCluster, ann: ConsoleSession) -> None:
    stolen = thief(console, ann)
    assert stolen.get(OVERVIEW).status == 200
    assert ann.post("/logout", {}, form=OVERVIEW).status == 302
    assert stolen.get(OVERVIEW).status == 302


def test_a_stolen_cookie_is_worth_nothing_once_its_session_was_revoked(
    console: RunningCluster, ann: ConsoleSession
) -> None:
    stolen = thief(console, ann)
    api = console.api()
    for each in api.sessions(everybodys=True)["sessions"]:
        if each["principal"] == "ann":
            api.end_session(each["id"])
    until(lambda: stolen.get(OVERVIEW).status == 302, 5)


def test_the_session_of_somebody_who_was_deleted_is_over(console: RunningCluster) -> None:
    have_person(console, "gone", "admin")
    session = ConsoleSession(console)
    assert session.sign_in("gone").status == 302
    assert session.get(OVERVIEW).status == 200
    console.api().delete_item("security-basic", "gone")
    until(lambda: session.get(OVERVIEW).status == 302, 5)
    assert session.get("/clusters/").status == 302 or session.post("/clusters/", {"name": "x"}).status == 403


@pytest.mark.parametrize(
    "path", ["/login", "/c/zato/", "/nowhere", "/c/zato/certificates/", "/clusters/", "/login?next=//x"]
)
def test_no_page_can_be_framed_sniffed_or_run_what_is_not_ours(ann: ConsoleSession, path: str) -> None:
    answer = ann.get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_what_is_posted_without_a_token_or_from_elsewhere_is_refused(ann: ConsoleSession) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for path in ("/logout", "/clusters/remove", "/c/zato/joining/cancel", "/login"):
        assert ann._request("POST", path, b"name=x", form).status == 403, path
    answer = ann.post("/logout", {}, form=OVERVIEW, Origin="https://elsewhere.example.com")
    assert answer.status == 403
    assert ann.get(OVERVIEW).status == 200


@pytest.mark.parametrize(
    "target",
    [
        "https://elsewhere.example.com/",
        "//elsewhere.example.com/",
        "///elsewhere.example.com",
        "/\\elsewhere.example.com",
        "\\\\elsewhere.example.com",
        "javascript:alert(1)",
        "https:elsewhere.example.com",
        " //elsewhere.example.com",
        "/%09/elsewhere.example.com",
        "/\t/elsewhere.example.com",
        "/\n/elsewhere.example.com",
    ],
)
def test_nobody_is_led_elsewhere(console: RunningCluster, target: str) -> None:
    session = ConsoleSession(console)
    answer = session.post("/login", {"name": "ann", "password": PASSWORD, "next": target})
    assert answer.status == 302
    to = answer.headers["Location"]
    assert to.startswith("/")
    assert not to.startswith(("//", "/\\", "/\t", "/\n"))


def test_a_body_that_is_too_large_is_refused_before_it_is_kept(console: RunningCluster, ann: ConsoleSession) -> None:
    number = load_cluster(console.layout).console_port
    head = (
        f"POST /c/zato/deployments/ HTTP/1.1\r\nHost: localhost:{number}\r\nContent-Length: 104857600\r\n"
        f"Cookie: {COOKIE}={ann.cookies[COOKIE]}\r\nContent-Type: multipart/form-data; boundary=x\r\n\r\n"
    )
    with (
        socket.create_connection(("127.0.0.1", number), 10) as plain,
        console.context().wrap_socket(plain, server_hostname="localhost") as connection,
    ):
        began = time.monotonic()
        connection.sendall(head.encode())
        assert b" 413 " in connection.recv(1000)
        assert time.monotonic() - began < 5


def test_another_host_than_the_consoles_gets_no_address_of_its_own(console: RunningCluster) -> None:
    """No page has an address that was made of what a request says of the host."""
    answer = ConsoleSession(console).get("/c/zato/", Host="elsewhere.example.com")
    assert "elsewhere" not in answer.headers.get("Location", "")
    assert b"elsewhere.example.com" not in ConsoleSession(console).get("/login", Host="elsewhere.example.com").data


def test_who_says_where_a_request_comes_from_is_not_believed(console: RunningCluster) -> None:
    """Else each guess of a password would come from another address."""
    have_person(console, "guessed-afar", "viewer")
    for attempt in range(6):
        session = ConsoleSession(console)
        found = session.post(
            "/login",
            {"name": "guessed-afar", "password": f"wrong-{attempt}"},
            **{"X-Forwarded-For": f"10.0.0.{attempt}"},
        )
        assert found.status == 401
    assert b"Too many wrong passwords" in found.data
