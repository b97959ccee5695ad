"""The correlation id of a request, and its headers as services read them."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import falcon.testing
import pytest

from zato.serving.http.request import EnvironHeaders, ZatoRequest, answered, needs_memory

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-b7ad6b7169203331-01"


def cid_of(**headers: str) -> str:
    return ZatoRequest(falcon.testing.create_environ("/", headers=headers)).cid


@pytest.mark.parametrize("cid", ["a" * 8, "Z" * 64, "0af7-6519"])
def test_the_id_that_the_edge_has_given_is_kept(cid: str) -> None:
    assert cid_of(**{"X-Zato-CID": cid, "Traceparent": PARENT}) == cid


@pytest.mark.parametrize("cid", ["", "a" * 7, "a" * 65, "with blank", "x\u00e9" * 8, "a" * 8 + "\n", "../../../etc"])
def test_what_is_no_id_is_replaced_by_that_of_the_trace_or_by_a_new_one(cid: str) -> None:
    environ = falcon.testing.create_environ("/", headers={"Traceparent": PARENT})
    environ["HTTP_X_ZATO_CID"] = cid
    assert ZatoRequest(environ).cid == TRACE
    del environ["HTTP_TRACEPARENT"]
    request = ZatoRequest(environ)
    assert re.fullmatch(r"[0-9a-f]{32}", request.cid)
    assert request.cid == request.cid


def test_each_request_has_an_id_of_its_own() -> None:
    assert cid_of() != cid_of()


def test_headers_are_found_in_any_spelling_and_what_is_no_header_is_not() -> None:
    environ = {"HTTP_X_APP": "crm", "CONTENT_TYPE": "text/plain", "CONTENT_LENGTH": "3", "REQUEST_METHOD": "GET"}
    headers = EnvironHeaders(environ)
    assert (headers["x-app"], headers["X-App"], headers["content-type"]) == ("crm", "crm", "text/plain")
    assert dict(headers) == {"x-app": "crm", "content-type": "text/plain", "content-length": "3"}
    assert len(headers) == 3
    assert "request-method" not in headers
    assert headers.get("x-other") is None


def test_memory_is_asked_for_where_somebody_counts_it() -> None:
    asked: list[int] = []
    needs_memory({"zato.request": SimpleNamespace(needs=asked.append)}, 7)
    needs_memory({}, 8)
    assert asked == [7]


@pytest.mark.parametrize(
    ("active", "told"), [(None, 201), (SimpleNamespace(abandoned=False), 201), (SimpleNamespace(abandoned=True), 504)]
)
def test_who_was_given_up_on_was_told_504(active: Any, told: int) -> None:
    assert answered({"zato.request": active}, 201) == told
