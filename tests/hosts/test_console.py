"""The web console of an appliance, as somebody on another machine has it."""

from __future__ import annotations

import json
import re
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import pytest
import urllib3
from urllib3 import HTTPSConnectionPool

from support.appliance import main_pid, problems
from support.documents.written import written
from support.hosts import Host
from support.waiting import eventually

PORT = 8183
PASSWORD = "right-horse-battery-1"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Browser:
    """With cookies, and without a screen."""

    def __init__(self, host: Host) -> None:
        self._pool = pool(host)
        self._cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, values: dict[str, str] | None = None) -> urllib3.BaseHTTPResponse:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        body = None
        if values is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Referer": f"https://localhost:{PORT}/"}
            headers["Host"] = f"localhost:{PORT}"
            body = urlencode(values)
        answer = self._pool.request(method, path, headers=headers, body=body, redirect=False, retries=False)
        for line in answer.headers.getlist("Set-Cookie"):
            self._cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        return answer

    def fill_in(self, path: str, **values: str) -> urllib3.BaseHTTPResponse:
        found = TOKEN.search(self.ask("GET", path).data.decode())
        assert found is not None, path
        return self.ask("POST", path, {"csrfmiddlewaretoken": unescape(found[1]), **values})


def pool(host: Host) -> HTTPSConnectionPool:
    """By the certificate of the cluster's CA, for the host's name."""
    context = ssl.create_default_context(cafile=str(host.root / "etc/zato/pki/ca.crt"))
    return HTTPSConnectionPool(host.address, PORT, ssl_context=context, assert_hostname="appliance", timeout=30)


@dataclass
class Asking:
    """What came of requests, each on a connection of its own."""

    answered: int = 0
    failed: list[str] = field(default_factory=list)


@contextmanager
def asking(host: Host) -> Iterator[Asking]:
    """Somebody looks at the page for signing in, again and again."""
    seen, over = Asking(), threading.Event()

    def ask() -> None:
        while not over.wait(0.05):
            try:
                with pool(host) as once:
                    status = once.request("GET", "/login", retries=False).status
            except urllib3.exceptions.HTTPError as error:
                seen.failed.append(str(error))
            else:
                seen.answered += 1
                if status != 200:
                    seen.failed.append(str(status))

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        over.set()
        for thread in threads:
            thread.join()


def answers(host: Host) -> bool:
    try:
        return pool(host).request("GET", "/login", retries=False).status == 200
    except urllib3.exceptions.HTTPError:
        return False


def serial(host: Host) -> str:
    ask = f"openssl s_client -connect 127.0.0.1:{PORT} -CAfile /etc/zato/pki/ca.crt -verify_return_error </dev/null"
    return host.run(f"{ask} 2>/dev/null | openssl x509 -noout -serial").stdout


@pytest.fixture
def jane(appliance: Host) -> Iterator[Browser]:
    """Somebody who became the first administrator in the console."""
    token = (appliance.root / "etc/zato/first-token").read_text().strip()
    browser = Browser(appliance)
    assert browser.ask("GET", "/").headers["Location"] == "/first"
    done = browser.fill_in("/first", token=token, name="jane", password=PASSWORD, again=PASSWORD)
    assert done.status == 302, done.data.decode()
    yield browser
    appliance.run("zato user delete jane")
    appliance.run(written("docs/packages.md", "zato user first-token"))


def test_the_token_of_the_installation_lets_somebody_in_whom_a_restart_keeps(appliance: Host, jane: Browser) -> None:
    overview = "/c/zato/"
    assert jane.ask("GET", "/").headers["Location"] == overview
    assert eventually(lambda: jane.ask("GET", overview).status == 200)
    assert b"jane" in jane.ask("GET", overview).data
    before = main_pid(appliance, "zato-admin"), main_pid(appliance, "zato-admin-lighttpd")
    with asking(appliance) as seen:
        assert eventually(lambda: seen.answered > 5)
        appliance.run(written("docs/packages.md", "systemctl restart zato-admin"))
        appliance.run(f"kill -KILL {main_pid(appliance, 'zato-admin')}")
        assert eventually(lambda: main_pid(appliance, "zato-admin") not in (0, before[0]))
        many = seen.answered + 20
        assert eventually(lambda: seen.answered > many)
    print(f"The console restarted, and killed: {seen.answered} requests, {seen.failed}")
    assert main_pid(appliance, "zato-admin-lighttpd") == before[1]
    # A request that a killed process has is lost; those that come meanwhile wait
    assert len(seen.failed) <= 2, seen.failed
    assert jane.ask("GET", overview).status == 200


@pytest.mark.parametrize("name", ["zato-admin-lighttpd", "zato-admin"])
def test_a_renewed_certificate_is_taken_up_without_a_lost_request(appliance: Host, name: str) -> None:
    shown, pid = serial(appliance), main_pid(appliance, "zato-admin")
    changed: dict[str, Callable[[], bool]] = {
        "zato-admin-lighttpd": lambda: serial(appliance) not in (shown, ""),
        "zato-admin": lambda: main_pid(appliance, "zato-admin") not in (pid, 0),
    }
    with asking(appliance) as seen:
        assert eventually(lambda: seen.answered > 5)
        appliance.run(f"zato pki renew {name}")
        assert eventually(changed[name])
        time.sleep(1)
        many = seen.answered + 20
        assert eventually(lambda: seen.answered > many)
    print(f"{name} renewed: {seen.answered} requests, {seen.failed}")
    assert seen.failed == []


def test_without_it_nothing_is_missing_and_nothing_listens(appliance: Host) -> None:
    settings = appliance.root / "etc/zato/zato.toml"
    before = settings.read_text()
    try:
        others = re.sub(r"^console = .*\n", "", before, flags=re.MULTILINE)
        settings.write_text(f"console = false\n{others}")
        appliance.run(written("docs/packages.md", "systemctl restart zato-admin zato-admin-lighttpd"), check=False)
        assert eventually(lambda: appliance.run(f"ss -H -l -t -n 'sport = :{PORT}'").stdout == "")
        assert json.loads(appliance.run("zato --json doctor", check=False).stdout)["findings"] == []
        assert eventually(lambda: problems(appliance) == []), problems(appliance)
    finally:
        settings.write_text(before)
        appliance.run("systemctl restart zato-admin zato-admin-lighttpd")
    assert eventually(lambda: answers(appliance))
