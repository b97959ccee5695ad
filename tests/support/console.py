"""The web console of a running cluster, over HTTP as a browser speaks it: cookies, forms and their tokens."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

from support.browser import PASSWORD
from support.cluster import RunningCluster
from support.waiting import until

Values = Mapping[str, str | Sequence[str]]
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class ConsoleSession:
    """One browser without a screen. It follows no redirection by itself."""

    def __init__(self, cluster: RunningCluster) -> None:
        self._pool = cluster.console_pool()
        self._url = cluster.console_url
        self.cookies: dict[str, str] = {}

    def get(self, path: str, **headers: str) -> Any:
        return self._request("GET", path, None, headers)

    def post(
        self, path: str, values: Mapping[str, str | Sequence[str]], *, form: str | None = None, **headers: str
    ) -> Any:
        """Sends the form of the page `form`, or of `path` itself, with these values."""
        page = self.get(form or path).data.decode()
        token = _TOKEN.search(page)
        assert token is not None, page[:2000]
        body = urlencode({"csrfmiddlewaretoken": unescape(token[1]), **values}, doseq=True)
        return self._request("POST", path, body.encode(), {"Content-Type": _FORM, **headers})

    def form(self, path: str) -> dict[str, str | Sequence[str]]:
        """What a browser would send if somebody changed nothing in the forms of a page."""
        found = _Fields()
        found.feed(self.get(path).data.decode())
        return {name: values if len(values) > 1 else values[0] for name, values in found.values.items()}

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


class _Fields(HTMLParser):
    """The fields of a page's forms."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self._text: str | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "input" and name and (given.get("type") not in {"checkbox", "radio"} or "checked" in given):
            self.values.setdefault(name, []).append(value)
        elif tag == "textarea":
            self._text = name
            self.values[name] = [""]
        elif tag == "select":
            self._select = name
        elif tag == "option" and "selected" in given:
            self.values[self._select] = [value]

    def handle_data(self, data: str) -> None:
        if self._text:
            self.values[self._text][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._text = None


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
