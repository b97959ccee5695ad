"""The web console of a running cluster, over HTTP as a browser speaks it: cookies, forms and their tokens."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import urlencode

from support.browser import PASSWORD
from support.cluster import RunningCluster
from support.waiting import until

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class ConsoleSession:
    """One browser without a screen. It follows no redirection by itself."""

    def __init__(self, cluster: RunningCluster) -> None:
        self._pool = cluster.console_pool()
        self._url = cluster.console_url
        self.cookies: dict[str, str] = {}

    def get(self, path: str, **headers: str) -> Any:
        return self._request("GET", path, None, headers)

    def post(self, path: str, values: dict[str, str], *, form: str | None = None, **headers: str) -> Any:
        """Sends the form of the page `form`, or of `path` itself, with these values."""
        page = self.get(form or path).data.decode()
        token = _TOKEN.search(page)
        assert token is not None, page[:2000]
        body = urlencode({"csrfmiddlewaretoken": unescape(token[1]), **values})
        return self._request("POST", path, body.encode(), {"Content-Type": _FORM, **headers})

    def sign_in(self, name: str, password: str = PASSWORD, **more: str) -> Any:
        return self.post("/login", {"name": name, "password": password, **more})

    def _request(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Any:
        sent = {"Referer": self._url + path, **headers}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = self._pool.request(method, path, body=body, headers=sent, redirect=False, retries=False)
        for cookie in answer.headers.getlist("Set-Cookie"):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
            if not value or value == '""':
                del self.cookies[name]
        return answer


_FORM = "application/x-www-form-urlencoded"


def have_person(cluster: RunningCluster, name: str, *roles: str, password: str = PASSWORD) -> None:
    """Somebody who can sign in, with these roles, known to all workers."""
    value = {"username": name, "password": password, "roles": list(roles)}
    cluster.api().create_item("security-basic", name, value)
    cluster.settle()


def await_console(cluster: RunningCluster) -> None:
    """It starts after the rest."""

    def answers() -> bool:
        try:
            return bool(ConsoleSession(cluster).get("/login").status == 200)
        except Exception:  # noqa: BLE001 - whatever it is, it does not answer yet
            return False

    until(answers)
