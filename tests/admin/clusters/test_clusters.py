"""Several clusters in one console, each with its own people; none is slowed by another."""

from __future__ import annotations

import os
import signal
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from playwright.sync_api import Browser, expect

from support.accessible import found_by_axe
from support.browser import PASSWORD, sign_in, window
from support.cluster import RunningCluster
from support.console import ConsoleSession, have_person
from zato.host.settings import load_cluster
from zato.pki.certificates import fingerprint, load_certificate

PAGE = "/clusters/"


@pytest.fixture(scope="module")
def other() -> Iterator[RunningCluster]:
    """Another cluster, where `olga` is an administrator."""
    with TemporaryDirectory(prefix="zato-") as directory:
        running = RunningCluster(Path(directory) / "z", "--workers", "1")
        try:
            running.start()
            have_person(running, "olga", "admin")
            yield running
        finally:
            running.stop()


@pytest.fixture
def ann(console: RunningCluster) -> ConsoleSession:
    session = ConsoleSession(console)
    assert session.sign_in("ann").status == 302
    return session


def asked_for(cluster: RunningCluster, name: str) -> dict[str, str]:
    """What is filled in to add it."""
    found = fingerprint(load_certificate(cluster.layout.ca_certificate)).upper()
    shown = ":".join(found[at : at + 2] for at in range(0, len(found), 2))
    return {"name": name, "url": cluster.url, "fingerprint": f"sha256 Fingerprint={shown}"}


@contextmanager
def added(session: ConsoleSession, cluster: RunningCluster, name: str) -> Iterator[None]:
    answer = session.post(PAGE, asked_for(cluster, name))
    assert answer.status == 302, answer.data.decode()[-3000:]
    try:
        yield
    finally:
        session.post(f"{PAGE}remove", {"name": name}, form=PAGE)


@contextmanager
def frozen(cluster: RunningCluster) -> Iterator[None]:
    """Its balancer accepts no more than the kernel does for it."""
    master = cluster.pids()["haproxy"]
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    pids = [master, *map(int, children)]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def test_a_person_adds_one_signs_in_and_goes_from_page_to_page(
    console: RunningCluster, other: RunningCluster, browser: Browser
) -> None:
    with window(browser, console) as page:
        sign_in(page, "ann")
        page.goto(PAGE)
        assert found_by_axe(page) == []
        given = asked_for(other, "other")
        page.get_by_label("Name").fill(given["name"])
        page.get_by_label("Address").fill(given["url"])
        page.get_by_label("Fingerprint of its CA").fill(given["fingerprint"])
        page.get_by_role("button", name="Add").click()
        expect(page.get_by_role("heading", name="Sign in to other")).to_be_visible()
        page.get_by_label("User name").fill("olga")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/c/other/")
        page.goto("/c/other/services/")
        page.get_by_role("list", name="Clusters").get_by_role("link", name="zato", exact=True).click()
        page.wait_for_url("**/c/zato/services/")
        page.goto(PAGE)
        page.get_by_role("button", name="Remove other").click()
        expect(page.get_by_text("The console manages other no more")).to_be_visible()


def test_another_ca_another_program_and_nobody_are_refused_beside_the_field(
    ann: ConsoleSession, other: RunningCluster
) -> None:
    given = asked_for(other, "other")
    for change, text in (
        ({"fingerprint": "0" * 64}, "its CA is another one"),
        ({"fingerprint": "x"}, "64 hexadecimal digits"),
        ({"url": "https://localhost:1"}, "No balancer answers"),
        ({"url": "http://localhost"}, "Write https://HOST:PORT"),
        ({"url": "https://u:p@localhost"}, "Write https://HOST:PORT"),
        ({"url": "https://localhost/x?y"}, "Write https://HOST:PORT"),
        ({"name": "zato"}, "There is a cluster called zato already"),
        ({"name": "../x"}, "Small letters, digits and hyphens"),
    ):
        answer = ann.post(PAGE, {**given, **change})
        assert answer.status == 400, change
        assert text in answer.data.decode(), change
    assert ann.get("/c/other/").status == 404


def test_one_on_whose_certificate_the_name_is_missing_is_refused(ann: ConsoleSession, other: RunningCluster) -> None:
    port = load_cluster(other.layout).lb_port
    given = {**asked_for(other, "other"), "url": f"https://127.0.0.2:{port}"}
    assert ann.post(PAGE, given).status == 400


@pytest.mark.parametrize("person", ["vera", "oz"])
def test_only_administrators_of_the_consoles_own_cluster_add_and_remove(
    console: RunningCluster, ann: ConsoleSession, other: RunningCluster, person: str
) -> None:
    session = ConsoleSession(console)
    session.sign_in(person)
    assert "do not allow this" in session.get(PAGE).data.decode()
    assert session.post(PAGE, asked_for(other, "other")).status == 403
    with added(ann, other, "other"):
        assert session.post(f"{PAGE}remove", {"name": "other"}, form=PAGE).status == 403
        assert session.get("/c/other/").status == 302
    assert ConsoleSession(console).get(PAGE).status == 302


def test_the_consoles_own_cluster_stays(ann: ConsoleSession) -> None:
    answer = ann.post(f"{PAGE}remove", {"name": "zato"}, form=PAGE)
    assert (answer.status, b"own-cluster" in answer.data) == (409, True)
    assert ann.post(f"{PAGE}remove", {"name": "nobody"}, form=PAGE).status == 404
    assert ann.get("/c/zato/").status == 200


def test_sessions_end_with_it_so_that_no_other_cluster_of_its_name_sees_them(
    ann: ConsoleSession, other: RunningCluster
) -> None:
    with added(ann, other, "other"):
        assert ann.sign_in("olga", cluster="other").status == 302
        assert ann.get("/c/other/").status == 200
        # Who is signed in elsewhere is nobody there
        assert ann.get("/c/other/users/").status == 200
    with added(ann, other, "other"):
        assert ann.get("/c/other/").status == 302
    assert ann.get("/c/zato/").status == 200


def seconds_of(session: ConsoleSession, path: str, times: int) -> list[float]:
    found = []
    for _ in range(times):
        began = time.monotonic()
        assert session.get(path).status == 200
        found.append(time.monotonic() - began)
    return found


def test_one_that_is_frozen_slows_no_page_of_another(
    console: RunningCluster, ann: ConsoleSession, other: RunningCluster
) -> None:
    with added(ann, other, "other"):
        ann.sign_in("olga", cluster="other")
        assert ann.get("/c/other/").status == 200
        before = seconds_of(ann, "/c/zato/", 12)
        stop, answers = threading.Event(), list[int]()

        def ask() -> None:
            session = ConsoleSession(console)
            session.cookies.update(ann.cookies)
            while not stop.is_set():
                answers.append(session.get("/c/other/").status)
                time.sleep(0.2)

        # More people than the console has threads
        threads = [threading.Thread(target=ask) for _ in range(40)]
        with frozen(other):
            for thread in threads:
                thread.start()
            time.sleep(2)
            during = [*seconds_of(ann, "/c/zato/", 12), *seconds_of(ann, PAGE, 4)]
            stop.set()
            for thread in threads:
                thread.join()
        print(f"median {statistics.median(before):.3f} s before, {statistics.median(during):.3f} s while it is frozen")
        assert statistics.median(during) < statistics.median(before) + 0.25
        assert max(during) < 2
        assert set(answers) <= {503, 504}
        assert ann.get("/c/other/").status == 200
