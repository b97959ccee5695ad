"""Messages that are one value, or in another encoding, from outside through each door."""

from __future__ import annotations

import time
from typing import Any

import pytest

from support.cluster import RunningCluster
from support.doors import Answer
from support.waiting import LATE_SECONDS

SOURCE = """
from zato.server.service import Service

class Echo(Service):
    name = 'values.str'
    input = str
    output = str

    def handle(self):
        self.response.payload = self.request.input

class Number(Service):
    name = 'values.int'
    input = int
    output = int

    def handle(self):
        self.response.payload = self.request.input

class Anything(Service):
    name = 'values.anything'

    def handle(self):
        self.response.payload = {'payload': self.request.payload}
"""
PUNYCODE = b"a" * 200_000 + b"-" + b"z" * 100


@pytest.fixture(scope="module")
def values(cluster: RunningCluster) -> RunningCluster:
    api = cluster.api()
    api.deploy("values.py", SOURCE.encode())
    for name in ("str", "int", "anything"):
        api.create_item("channel-rest", f"values.{name}", {"service": f"values.{name}", "path": f"/values/{name}"})
    plain = {"service": "values.anything", "path": "/values/plain"}
    api.create_item("channel-http", "values.plain", plain)
    cluster.settle()
    return cluster


def post(cluster: RunningCluster, door: str, path: str, body: bytes, content_type: str = "application/json") -> Answer:
    return cluster.doors().get(path, door, method="POST", body=body, headers={"Content-Type": content_type})


def test_a_value_is_read_once_and_sent_as_the_document_says(values: RunningCluster, door: str) -> None:
    for path, body, status in (
        ("/values/str", b'"hello"', 200),
        ("/values/str", b'"5"', 200),
        ("/values/str", b"5", 400),
        ("/values/str", b"hello", 400),
        ("/values/int", b"5", 200),
        ("/values/int", b'"5"', 400),
    ):
        answer = post(values, door, path, body)
        assert answer.status == status, (path, body)
        if status == 200:
            assert (answer.body, answer.headers["content-type"]) == (body, "application/json")
    document: Any = values.api().openapi()
    for name, kind in (("str", "string"), ("int", "integer")):
        operation = document["paths"][f"/values/{name}"]["post"]
        assert operation["responses"]["200"]["content"]["application/json"]["schema"]["type"] == kind
        assert operation["requestBody"]["content"]["application/json"]["schema"]["type"] == kind


def test_a_charset_of_the_list_is_read(values: RunningCluster, door: str) -> None:
    body = '{"a": "Grüße"}'.encode("iso-8859-1")
    answer = post(values, door, "/values/anything", body, "application/json; charset=iso-8859-1")
    assert answer.json == {"payload": {"a": "Grüße"}}
    answer = post(values, door, "/values/plain", "Grüße".encode("utf-16"), "text/plain; charset=utf-16")
    assert answer.json == {"payload": "Grüße"}


@pytest.mark.parametrize("path", ["/values/anything", "/values/plain", "/values/str"])
@pytest.mark.parametrize("charset", ["punycode", "unicode_escape", "utf-7"])
def test_what_is_no_charset_costs_nothing(values: RunningCluster, door: str, path: str, charset: str) -> None:
    began = time.monotonic()
    answer = post(values, door, path, PUNYCODE, f"text/plain; charset={charset}")
    assert (answer.status, answer.json["error"]["code"]) == (400, "invalid-charset")
    assert time.monotonic() - began < LATE_SECONDS
