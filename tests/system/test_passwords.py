"""Passwords through the whole chain: what a guess costs others, what it tells, and when a password is no longer one."""

from __future__ import annotations

import statistics
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from support.cluster import RunningCluster
from support.doors import DIRECT, Answer
from support.load import Load, told
from support.passwords import basic
from support.waiting import LATE_SECONDS, until

PATH = "/passwords/guarded"
OPEN = "/passwords/open"
PASSWORD = "the right password"
USER = "passwords-zoë"
SOURCE = b"""
from zato.server.service import Service

class Guarded(Service):
    name = 'passwords.guarded'

    def handle(self):
        self.response.payload = {
            'principal': self.request.principal.name,
            'authorization': self.request.http.headers.get('authorization'),
        }
"""


@pytest.fixture(scope="module")
def guarded(cluster: RunningCluster) -> Iterator[RunningCluster]:
    api = cluster.api()
    api.deploy("passwords.py", SOURCE)
    api.create_item("security-basic", "passwords-user", {"username": USER, "password": PASSWORD})
    channel = {"service": "passwords.guarded", "methods": ["GET"]}
    api.create_item("channel-rest", "passwords", {**channel, "path": PATH, "security": ["passwords-user"]})
    api.create_item("channel-rest", "passwords-open", {**channel, "path": OPEN})
    cluster.settle()
    yield cluster
    for name in ("passwords", "passwords-open"):
        api.delete_item("channel-rest", name)
    api.delete_item("security-basic", "passwords-user")


def get(cluster: RunningCluster, door: str, password: str = PASSWORD, user: str = USER, **options: Any) -> Answer:
    return cluster.doors().get(PATH, door, headers=basic(user, password), **options)


def test_the_service_knows_the_user_and_not_the_password(guarded: RunningCluster, door: str) -> None:
    assert get(guarded, door).json == {"principal": "passwords-user", "authorization": None}


def test_an_open_channel_has_nothing_verified_and_gets_what_was_sent(guarded: RunningCluster, door: str) -> None:
    headers = basic("a user of the service's own", "a word")
    answer = guarded.doors().get(OPEN, door, headers=headers)
    assert answer.json == {"principal": "anonymous", "authorization": headers["Authorization"]}


def test_a_changed_password_is_the_only_one_at_once(guarded: RunningCluster, door: str) -> None:
    api = guarded.api()
    for turn in range(3):
        old, new = (f"{PASSWORD} {door} {each}" if each else PASSWORD for each in (turn, turn + 1))
        item = api.item("security-basic", "passwords-user")
        value = {**item["value"], "password": new}
        api.update_item("security-basic", "passwords-user", value, item["revision"])
        changed = time.monotonic()
        guarded.settle()
        assert time.monotonic() - changed < LATE_SECONDS
        found = [(get(guarded, door, old).status, get(guarded, door, new).status) for _ in range(8)]
        assert set(found) == {(401, 200)}
    item = api.item("security-basic", "passwords-user")
    api.update_item("security-basic", "passwords-user", {**item["value"], "password": PASSWORD}, item["revision"])
    guarded.settle()


def test_a_user_that_is_removed_or_switched_off_is_nobody_at_once(guarded: RunningCluster) -> None:
    api = guarded.api()
    for name, change in (("passwords-off", {"active": False}), ("passwords-gone", None)):
        value = {"username": name, "password": PASSWORD}
        revision = api.create_item("security-basic", name, value)["revision"]
        guarded.settle()
        assert get(guarded, DIRECT, user=name).status == 403
        if change is None:
            api.delete_item("security-basic", name)
        else:
            api.update_item("security-basic", name, {**value, **change}, revision)
        ended = time.monotonic()
        guarded.settle()
        assert time.monotonic() - ended < LATE_SECONDS
        assert {get(guarded, DIRECT, user=name).status for _ in range(4)} == {401}
    api.delete_item("security-basic", "passwords-off")


def test_a_name_that_nobody_has_is_refused_after_the_same_time(guarded: RunningCluster, door: str) -> None:
    known: list[float] = []
    unknown: list[float] = []
    for number in range(15):
        for user, times in ((USER, known), (f"nobody-{number}", unknown)):
            answer = get(guarded, door, f"wrong {number}", user, source="127.0.0.20")
            assert answer.status == 401
            times.append(answer.seconds)
    assert abs(statistics.median(known) - statistics.median(unknown)) < 0.6 * statistics.median(known)


def test_a_burst_of_guesses_harms_nobody_else(guarded: RunningCluster, door: str) -> None:
    """Two hundred from eight addresses; those who know their password, and those who need none, go on."""
    sources = [f"127.0.0.{last}" for last in range(2, 10)]

    def guess(number: int) -> int:
        user = USER if number % 2 else f"nobody-{number}"
        return get(guarded, door, f"wrong {number}", user, source=sources[number % 8], seconds=30).status

    headers = basic(USER, PASSWORD)
    with guarded.pool(direct=door == DIRECT) as pool:
        pool.headers = headers
        with Load(pool, PATH, per_second=50, threads=4, seconds=60) as load, ThreadPoolExecutor(200) as guessers:
            until(lambda: len(load.samples) > 20)
            began = time.monotonic()
            found = Counter(guessers.map(guess, range(200)))
            seconds = time.monotonic() - began
            ping = guarded.doors().get("/zato/ping", door)
    assert load.failed() == [], told(load.failed())
    assert set(found) <= {401, 429} and sum(found.values()) == 200
    assert ping.status == 200 and ping.seconds < LATE_SECONDS
    print(f"{door}: {dict(found)} within {seconds:.1f} s, good ones within {load.slowest():.2f} s")


def test_too_many_wrong_ones_from_one_place_are_refused_before_they_are_hashed(guarded: RunningCluster) -> None:
    """An IPv6 place is a /64; whose password is known is not refused, nor is another place."""
    balancer = guarded.layout.pki / "haproxy-client.crt"

    def guess(address: str, password: str, user: str = USER) -> Answer:
        headers = {**basic(user, password), "X-Zato-Client-Address": address}
        return guarded.doors().get(PATH, DIRECT, headers=headers, certificate=balancer)

    api = guarded.api()
    api.create_item("balancer", "balancer", {"wrong_passwords_max": 20, "exempt_networks": ["2001:db8:77::/48"]})
    try:
        numbers = iter(range(1000))

        def guesses(prefix: str) -> Counter[int]:
            return Counter(guess(f"{prefix}::{n}", f"wrong {next(numbers)}").status for n in range(1, 41))

        until(lambda: guesses(f"2001:db8:1:{next(numbers)}")[429] > 0)
        found = guesses("2001:db8:1:a")
        assert found[401] in range(10, 21) and found[401] + found[429] == 40
        until(lambda: guess("2001:db8:1:a:ffff::1", "another wrong one").status == 429)
        refused = guess("2001:db8:1:a:ffff::1", "another wrong one")
        assert refused.json["error"]["code"] == "too-many-wrong-passwords"
        assert 1 <= int(refused.headers["retry-after"]) <= 10
        assert guess("2001:db8:1:a::1", PASSWORD).status == 200
        assert guess("2001:db8:1:b::1", "wrong").status == 401
        assert guesses("2001:db8:77:1") == {401: 40}
    finally:
        item = api.item("balancer", "balancer")
        api.delete_item("balancer", "balancer", item["revision"])


def test_metrics_tell_of_passwords_that_were_hashed(guarded: RunningCluster) -> None:
    with guarded.pool("admin") as pool:
        text = pool.request("GET", "/zato/metrics", retries=False).data.decode()
    for outcome in ("right", "wrong"):
        assert f'zato_passwords_checked_total{{outcome="{outcome}",server="1"}}' in text
