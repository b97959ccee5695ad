"""HTTP Basic at the edge: verified where it is sent, and never passed on."""

from __future__ import annotations

import base64
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import bcrypt
import pytest

from support.edge import DIRECT, Edge
from zato.agent.lighttpd import files
from zato.host.files import write_atomically

from .conftest import USERS

UNAUTHORIZED = "Credentials are missing or not valid."


def basic(name: str, word: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{word}".encode()).decode()}


def line(name: str, word: str, cost: int = 4) -> bytes:
    return f"{name}:{bcrypt.hashpw(word.encode(), bcrypt.gensalt(cost)).decode()}\n".encode()


@pytest.mark.parametrize(("name", "encoded"), [("joe", "joe"), ("zoë", "zo%C3%AB")])
def test_a_right_password_names_the_user_and_goes_no_further(edge: Edge, door: str, name: str, encoded: str) -> None:
    environ = edge.get("/echo", door, headers=basic(name, USERS[name])).environ
    assert environ["HTTP_X_ZATO_USER"] == encoded
    assert "HTTP_AUTHORIZATION" not in environ


WRONG = {
    "wrong password": basic("joe", "wrong"),
    "unknown user": basic("nobody", "joe's password"),
    "empty password": basic("joe", ""),
    "empty user": basic("", "joe's password"),
    "no colon": {"Authorization": "Basic " + base64.b64encode(b"joe").decode()},
    "no base64": {"Authorization": "Basic ####"},
    "nothing": {"Authorization": "Basic"},
    "NUL after the password": basic("nul", USERS["nul"] + "\x00"),
    "NUL and more after the password": basic("nul", USERS["nul"] + "\x00more"),
    "line of the users' file": basic("joe\nmallory", "x"),
    "hash as password": basic("joe", "$2b$04$"),
}


@pytest.mark.parametrize("title", WRONG)
def test_wrong_credentials_all_get_the_same_answer(edge: Edge, door: str, title: str) -> None:
    answer = edge.get("/echo", door, headers=WRONG[title])
    assert answer.status == 401
    assert answer.headers["www-authenticate"].startswith("Basic realm=")
    assert answer.headers["content-type"] == "application/json"
    cid = answer.headers["x-zato-cid"]
    assert answer.json == {"error": {"code": "unauthorized", "message": UNAUTHORIZED, "cid": cid}}


@pytest.mark.parametrize("scheme", ["basic", "BASIC", "bAsIc"])
def test_the_scheme_is_known_in_any_spelling(edge: Edge, door: str, scheme: str) -> None:
    right = basic("joe", USERS["joe"])["Authorization"].replace("Basic", scheme)
    wrong = basic("joe", "wrong")["Authorization"].replace("Basic", scheme)
    assert edge.get("/echo", door, headers={"Authorization": right}).environ["HTTP_X_ZATO_USER"] == "joe"
    assert edge.get("/echo", door, headers={"Authorization": wrong}).status == 401


@pytest.mark.parametrize("value", ["Bearer a.b.c", "Basicx am9lOmpvZQ==", "Bearer x, Basic am9lOmpvZQ==", "Digest a=b"])
def test_other_schemes_are_left_to_the_server(edge: Edge, door: str, value: str) -> None:
    environ = edge.get("/echo", door, headers={"Authorization": value}).environ
    assert environ["HTTP_AUTHORIZATION"] == value
    assert "HTTP_X_ZATO_USER" not in environ


def test_without_credentials_a_request_is_nobodys(edge: Edge, door: str) -> None:
    assert "HTTP_X_ZATO_USER" not in edge.get("/echo", door).environ


def test_users_come_and_go_without_a_reload(edge: Edge) -> None:
    path: Path = files.users(edge.server)
    before = path.read_bytes()
    headers = basic("ann", "ann's password")
    try:
        assert edge.get("/echo", DIRECT, headers=headers).status == 401
        write_atomically(path, before + line("ann", "ann's password"))
        assert edge.get("/echo", DIRECT, headers=headers).status == 200
        write_atomically(path, before)
        # After two seconds of cache, which is swept every eight
        edge.wait_for(lambda: edge.get("/echo", DIRECT, headers=headers).status == 401)
    finally:
        write_atomically(path, before)


def test_a_password_is_not_hashed_for_every_request(edge: Edge) -> None:
    """Hashing this one takes about 0.2 s of the processor."""
    path = files.users(edge.server)
    before = path.read_bytes()
    write_atomically(path, before + line("slow", "slow's password", cost=12))
    try:
        headers = basic("slow", "slow's password")
        assert edge.get("/echo", DIRECT, headers=headers).status == 200
        began = time.monotonic()
        for _ in range(20):
            assert edge.get("/echo", DIRECT, headers=headers).status == 200
        assert time.monotonic() - began < 20 * 0.2
    finally:
        write_atomically(path, before)


def test_guessing_passwords_is_slowed_down_by_haproxy() -> None:
    edge = Edge(wrong_passwords_max=20)
    try:
        write_atomically(files.users(edge.server), line("joe", "right"))
        edge.start()
        statuses = [edge.get("/echo", headers=basic("joe", str(number))).status for number in range(30)]
        assert statuses == [401] * 21 + [429] * 9
        refused = edge.get("/echo", headers=basic("joe", "right"))
        assert (refused.status, refused.json["error"]["code"]) == (429, "too-many-requests")
        assert int(refused.headers["retry-after"]) >= 1
        assert edge.get("/echo").status == 200
    finally:
        edge.close()


def test_guessing_the_first_administrators_token_is_slowed_down_like_guessing_passwords() -> None:
    edge = Edge(wrong_passwords_max=20)
    try:
        edge.start()
        # However its path is written
        paths = [f"/zato/api/first{dash}administrator?code=401" for dash in ("-", "%2D", "%2d")]
        statuses = [edge.get(paths[number % 3], method="POST").status for number in range(30)]
        assert statuses == [401] * 21 + [429] * 9
        assert edge.get("/echo").status == 200
    finally:
        edge.close()


def test_wrong_passwords_do_not_hold_up_other_requests(edge: Edge, door: str) -> None:
    with ThreadPoolExecutor(20) as guessers:
        guesses = [guessers.submit(edge.get, "/echo", door, headers=basic("joe", str(number))) for number in range(20)]
        times = [edge.get("/echo", door).seconds for _ in range(20)]
        assert {guess.result().status for guess in guesses} == {401}
    assert statistics.median(times) < 0.5
