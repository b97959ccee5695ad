"""No client can be somebody else by a header, as a service sees it."""

import base64
from collections.abc import Iterator

import pytest

from support.cluster import RunningCluster
from support.doors import BALANCER, DIRECT, Doors
from support.hostile_services import ECHO
from support.spoofed import FINGERPRINT, SPOOFED, WORD
from zato.pki.certificates import fingerprint, load_certificate

pytestmark = pytest.mark.usefixtures("unharmed")

LOCKED = "/hostile/locked"
PASSWORD = "a long password"


@pytest.fixture(scope="module")
def locked(hostile: RunningCluster) -> Iterator[RunningCluster]:
    """A channel for one user, one key and one certificate, all of which have names that are easy to say in a header."""
    api = hostile.api()
    names = ["spoofed-user", "spoofed-key", "spoofed-certificate"]
    api.create_item("security-basic", names[0], {"username": "spoofed-user", "password": PASSWORD})
    api.create_item("security-api-key", names[1], {"key": "0123456789abcdef-spoofed"})
    api.create_item("security-tls", names[2], {"subject": "CN=somebody"})
    api.create_item(
        "channel-rest",
        "hostile-locked",
        {"service": "hostile.echo", "path": LOCKED, "methods": ["GET"], "security": names},
    )
    hostile.settle()
    assert hostile.doors().get(LOCKED, headers=basic("spoofed-user", PASSWORD)).status == 200
    yield hostile
    api.delete_item("channel-rest", "hostile-locked")
    for kind, name in zip(("security-basic", "security-api-key", "security-tls"), names, strict=True):
        api.delete_item(kind, name)


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


@pytest.mark.parametrize("name", SPOOFED)
def test_a_spoofed_header_does_not_reach_a_service(doors: Doors, door: str, name: str) -> None:
    for word in (WORD, FINGERPRINT):
        request = (
            f"GET {ECHO} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + f"{name}: {word}\r\n" * 2 + "\r\n"
        )
        answer = doors.raw(request.encode(), door)
        assert answer.status == 200
        assert word not in str(answer.json)
        assert answer.headers["x-zato-cid"] != word
        seen = answer.json
        assert (seen["principal"], seen["path"], seen["query"]) == ("anonymous", ECHO, "")
        assert seen["headers"]["x-zato-peer"] == seen["headers"]["x-forwarded-for"] == "127.0.0.1"


@pytest.mark.parametrize("name", SPOOFED)
def test_a_spoofed_header_lets_nobody_in(locked: RunningCluster, door: str, name: str) -> None:
    """With the names and the certificate's facts of those who may."""
    own = fingerprint(load_certificate(locked.layout.pki / "haproxy-client.crt"))
    doors = locked.doors()
    for word in ("spoofed-user", "spoofed-key", "spoofed-certificate", "CN%3Dsomebody", own):
        answer = doors.get(LOCKED, door, headers={name: word})
        assert (answer.status, answer.json["error"]["code"]) == (401, "unauthorized")


def test_a_spoofed_user_changes_nothing_for_one_who_is_let_in(locked: RunningCluster, door: str) -> None:
    for name in SPOOFED:
        answer = locked.doors().get(LOCKED, door, headers={**basic("spoofed-user", PASSWORD), name: "spoofed-key"})
        assert (answer.status, answer.json["principal"]) == (200, "spoofed-user")
        assert "spoofed-key" not in str(answer.json)


def test_credentials_go_no_further_than_the_edge(locked: RunningCluster, door: str) -> None:
    seen = locked.doors().get(LOCKED, door, headers=basic("spoofed-user", PASSWORD)).json
    assert "authorization" not in seen["headers"]
    assert PASSWORD not in str(seen)


def test_the_words_of_the_balancer_are_believed_from_the_balancer_only(locked: RunningCluster) -> None:
    doors = locked.doors()
    words = {"X-Zato-Client-Cert-SHA256": FINGERPRINT, "X-Zato-Client-Cert-Subject": "CN%3Dsomebody"}
    for certificate in (None, locked.layout.pki / "admin.crt"):
        for door in (BALANCER, DIRECT):
            answer = doors.get(LOCKED, door, headers=words, certificate=certificate)
            assert answer.status == (401 if certificate is None else 403)
    of_balancer = locked.layout.pki / "haproxy-client.crt"
    assert doors.get(LOCKED, BALANCER, headers=words, certificate=of_balancer).status == 401
    answer = doors.get(LOCKED, DIRECT, headers=words, certificate=of_balancer)
    assert (answer.status, answer.json["principal"]) == (200, "spoofed-certificate")


def test_even_the_balancer_cannot_name_a_user(locked: RunningCluster) -> None:
    certificate = locked.layout.pki / "haproxy-client.crt"
    for name in ("X-Zato-User", "X-Zato-Principal", "X_Zato_User", "X-Zato-TLS-Subject"):
        assert locked.doors().get(LOCKED, DIRECT, headers={name: "spoofed-user"}, certificate=certificate).status == 401


def test_no_header_makes_an_outside_request_an_internal_one(doors: Doors, door: str) -> None:
    for name in ("X-Zato-Principal", "zato.internal", "Zato-Internal", "X_Zato_Internal", "wsgi.zato.internal"):
        for word in ("internal", "hotdeploy", "True"):
            assert doors.get("/zato/api/whoami", door, headers={name: word}).status in {400, 401}
