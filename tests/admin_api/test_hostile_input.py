"""What no client should send: refused with a 4xx or kept as plain text, never an error of ours."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import quote

import pytest

from zato.config.kinds import KINDS

STRINGS = [
    "'; DROP TABLE zt_item; --",
    '" OR "1"="1',
    "{{ 7 * 7 }}",
    "{% import os %}{{ os.system('id') }}",
    "${jndi:ldap://evil}",
    "%(x)s %s {0} {x.__class__}",
    "x\r\nX-Evil: 1",
    "x\nserver.modules += ( 'mod_cgi' )",
    "\x00",
    "\x1b[31m",
    "\u202ereversed",
    "\ud800",
    "<script>alert(1)</script>",
    "../../../../etc/passwd",
    "$(id)`id`;id|id",
    "a" * 100_000,
    "٣٤",
    "\U0001f600",
]


def _sound(result: Any) -> None:
    assert result.status_code < 500, result.text
    assert "Traceback" not in result.text
    assert 'File "' not in result.text
    assert not any("evil" in name.lower() for name in result.headers)
    if result.status_code >= 400:
        error = result.json["error"]
        assert error["code"] and error["message"] and error["cid"]


def _json(value: Any) -> bytes:
    import json

    return json.dumps(value).encode()


@pytest.mark.parametrize("text", STRINGS, ids=[repr(text)[:30] for text in STRINGS])
@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_every_kind_holds_a_text_as_it_is_or_refuses_it(world: Any, kind: str, text: str) -> None:
    example = KINDS[kind].example
    for field in KINDS[kind].struct.__struct_fields__:
        for value in (text, [text], {text: text}):
            body = _json({"name": "it", "value": {**example, field: value}})
            result = world.call("POST", f"/items/{kind}", raw=body, content_type="application/json")
            _sound(result)
            if result.status_code == 201:
                kept = world.call("GET", f"/items/{kind}/it")
                _sound(kept)
                shown = kept.json["value"][field]
                assert shown in (value, "******") or shown == list(value)
                _sound(world.call("GET", f"/items/{kind}/it/history"))
                _sound(world.call("GET", "/export"))
                _sound(world.call("DELETE", f"/items/{kind}/it?revision={kept.json['revision']}"))
    for name in (text, text.strip()):
        body = _json({"name": name, "value": example})
        _sound(world.call("POST", f"/items/{kind}", raw=body, content_type="application/json"))


@pytest.mark.parametrize("text", STRINGS, ids=[repr(text)[:30] for text in STRINGS])
def test_every_parameter_of_every_path_and_query_is_refused_or_not_found(world: Any, text: str) -> None:
    encoded = quote(text.encode("utf-8", "surrogatepass"), safe="")[:4000]
    for route in world.table:
        path = route.path.removeprefix("/zato/api")
        for name in ("kind", "name", "id", "file_name"):
            hostile = path.replace("{" + name + "}", encoded)
            hostile = hostile.replace("{kind}", "channel-rest").replace("{name}", "it").replace("{id}", "1")
            _sound(world.call(route.method, hostile.replace("{file_name}", "it.py"), {} if route.request else None))
    for query in ("kind", "name", "from", "to", "limit", "after", "before", "file_name", "mode", "revision", encoded):
        for path in ("/diff", "/items/channel-rest", "/audit", "/deployments", "/items/channel-rest/it/history"):
            _sound(world.call("GET", f"{path}?{query}={encoded}"))
            _sound(world.call("GET", f"{path}?from=0&{query}={encoded}"))
        _sound(world.call("DELETE", f"/items/channel-rest/it?{query}={encoded}"))
        _sound(world.call("POST", f"/import?{query}={encoded}", raw=b"", content_type="application/yaml"))


@pytest.mark.parametrize("text", STRINGS, ids=[repr(text)[:30] for text in STRINGS])
def test_no_header_breaks_anything(world: Any, text: str) -> None:
    value = text.encode("utf-8", "surrogatepass").decode("latin-1")[:5000]
    for key in (
        "HTTP_IF_MATCH",
        "HTTP_ORIGIN",
        "HTTP_SEC_FETCH_SITE",
        "HTTP_X_ZATO_CID",
        "HTTP_TRACEPARENT",
        "HTTP_AUTHORIZATION",
        "HTTP_X_ZATO_TLS_CLIENT",
        "HTTP_X_ZATO_TLS_SUBJECT",
        "HTTP_X_ZATO_PRINCIPAL",
        "HTTP_X_API_KEY",
        "CONTENT_TYPE",
        "QUERY_STRING",
    ):
        for environ in ({key: value}, {key: value, "zato.internal": True}):
            _sound(world.call("GET", "/whoami", environ=environ))
            body = {"value": {}, "revision": 1}
            _sound(world.call("PUT", "/items/channel-rest/it", body, environ=environ))
    _sound(world.call("GET", "/whoami", environ={"HTTP_AUTHORIZATION": f"Basic {value}"}))


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b"", 400, "invalid-json"),
        (b"{", 400, "invalid-json"),
        (b"[]", 400, "invalid-input"),
        (b"null", 400, "invalid-input"),
        (b'{"name":"a","name":"b","value":{}}', 400, "duplicate-key"),
        (b'{"name":"a","value":{"path":NaN}}', 400, "invalid-json"),
        (b'{"name":"a","value":{"path":1e999}}', 400, "invalid-json"),
        (b'{"name":"a","value":{},"extra":1}', 400, "invalid-input"),
        (b'{"name":1,"value":{}}', 400, "invalid-input"),
        (b'{"name":"a","value":[]}', 400, "invalid-input"),
        (b'{"name":"a"}', 400, "invalid-input"),
        (b"\xff\xfe", 400, "invalid-utf8"),
        (b"[" * 100_000, 400, "invalid-json"),
        (b'{"name":"a","value":{"x":' + b"9" * 5000 + b"}}", 400, "invalid-json"),
        (b" " * (1024 * 1024 + 1), 413, "too-large"),
    ],
)
def test_a_body_that_is_not_what_it_should_be_is_refused_with_a_reason(
    world: Any, raw: bytes, status: int, code: str
) -> None:
    result = world.call("POST", "/items/channel-rest", raw=raw, content_type="application/json")
    assert (result.status_code, result.json["error"]["code"]) == (status, code)


def test_a_body_has_to_say_that_it_is_json(world: Any) -> None:
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "text/json", None):
        result = world.call("POST", "/items/channel-rest", raw=b"{}", content_type=content_type)
        assert (result.status_code, result.json["error"]["code"]) == (415, "unsupported-media-type")


def test_a_body_without_a_declared_length_is_limited_too(world: Any) -> None:
    body = b'{"name": "it", "value": {}}'
    for raw, status in [(body, 400), (body + b" " * 1024 * 1024, 413)]:
        environ = {
            "wsgi.input": io.BytesIO(raw),
            "CONTENT_LENGTH": "",
            "CONTENT_TYPE": "application/json",
            "HTTP_TRANSFER_ENCODING": "chunked",
        }
        result = world.call("POST", "/items/channel-rest", environ=environ)
        assert result.status_code == status
        assert result.json["error"]["code"] == ("invalid-item" if status == 400 else "too-large")


def test_a_name_that_no_item_can_have_is_not_found_before_the_database_is_asked(world: Any) -> None:
    for name in ("x" * 121, "%00", "%C3%B6", "-x", "x%20"):
        result = world.call("GET", f"/items/channel-rest/{name}")
        assert (result.status_code, result.json["error"]["code"]) == (404, "no-such-item")


def test_a_body_that_ends_early_is_refused(world: Any) -> None:
    headers = {"Content-Length": "100"}
    result = world.call("PUT", "/items/channel-rest/it", raw=b"{}", content_type="application/json", headers=headers)
    assert (result.status_code, result.json["error"]["code"]) == (400, "incomplete-message")


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=x",
        "limit=null",
        "limit=10001",
        "limit=1&limit=2",
        "unknown=1",
        "limit",
        "%ff=1",
        "&".join("abcdefghijklmnopqrstuvwxyz"),
    ],
)
def test_a_query_that_is_not_known_is_refused(world: Any, query: str) -> None:
    result = world.call("GET", f"/items/channel-rest?{query}")
    assert (result.status_code, result.json["error"]["code"]) == (400, "invalid-input")


def test_null_in_a_query_is_not_the_same_as_nothing(world: Any) -> None:
    assert world.call("GET", "/audit?before=null").status_code == 400
    assert world.call("DELETE", "/items/channel-rest/it?revision=null").json["error"]["code"] == "invalid-input"


def test_unknown_paths_and_methods_are_answered_in_our_form(world: Any) -> None:
    missing = world.call("GET", "/nothing/here")
    assert (missing.status_code, missing.json["error"]["code"]) == (404, "no-such-path")
    method = world.call("PATCH", "/status")
    assert (method.status_code, method.json["error"]["code"]) == (405, "method-not-allowed")
    assert "GET" in method.headers["allow"]
    kind = world.call("GET", "/items/chanel-rest")
    assert (kind.status_code, kind.json["error"]["code"]) == (404, "unknown-kind")
