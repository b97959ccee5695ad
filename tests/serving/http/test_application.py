"""From a WSGI environ to an answer, channels and Zato's own paths, without a server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import falcon
import falcon.testing
import pytest

from zato.config.codec import decode, encode
from zato.config.configuration import EMPTY, Configuration
from zato.config.secrets import SecretBox
from zato.connector.connections import OutgoingConnections
from zato.deployment.loader import CodeSet
from zato.host.settings import ServerSettings
from zato.metrics import Metrics
from zato.odb.log import StoredItem
from zato.security.hashing import Hashing
from zato.security.passwords import Passwords
from zato.service.user_config import UserConfigFile
from zato.serving.building import RevisionBuilder
from zato.serving.http.app import HttpApplication
from zato.serving.http.own_paths import own_paths
from zato.serving.limits.admission import Admission
from zato.serving.limits.counters import SharedCounters
from zato.serving.staleness import Staleness, Visits
from zato.serving.switch import Switch

CID = "c0ffee00c0ffee00"
SHOP = "https://shop.example.com"
BOX = SecretBox(bytes(32))
SOURCE = b"""
from zato.server.service import Service

class Say(Service):
    name = 'say'

    def handle(self):
        http = self.request.http
        if 'fail' in http.GET:
            raise ValueError
        self.response.headers['Vary'] = 'Accept'
        self.response.set_cookie('a', '1', secure=False, http_only=False, same_site=None, path=None)
        self.response.payload = {'method': http.method, 'path': http.path, 'params': dict(http.params)}
"""
CHANNELS: dict[str, dict[str, Any]] = {
    "plain": {"path": "/plain", "methods": ["GET", "POST"]},
    "parameters": {"path": "/of/{id}/{cid}", "methods": ["GET", "OPTIONS"]},
    "shop": {"path": "/shop", "methods": ["GET"], "cors_origins": [SHOP]},
}


class Own:
    def on_get(self, req: Any, resp: falcon.Response) -> None:
        resp.data = b"own"


class Caller:
    """Of an application; keeps the statuses that are counted as of no channel."""

    def __init__(self, directory: Path, configuration: Configuration) -> None:
        unused: Any = None
        builder = RevisionBuilder(
            asynchronous=unused,
            metrics=Metrics(),
            secrets=BOX,
            passwords=Passwords(Hashing(lambda: 1)),
            admission=Admission(SharedCounters(), lambda what, name, field: None),
            user_config=UserConfigFile(directory / "user.toml"),
            settings=ServerSettings(time_limit_seconds=5),
            outgoing=OutgoingConnections.empty(directory, lambda kind, name, outcome, seconds: None),
        )
        self.unrouted: list[int] = []
        own = own_paths(self.unrouted.append)
        own.add_route("/zato/own", Own())
        served = builder.build(configuration, CodeSet().with_deployment("say.py", SOURCE, 1))
        self._application = HttpApplication(Switch(served), Staleness(Visits()), own, self.unrouted.append)

    def call(self, method: str, target: str, **headers: str) -> tuple[str, list[tuple[str, str]], bytes]:
        environ = falcon.testing.create_environ(method=method, headers={"X-Zato-CID": CID})
        path, _, query = target.partition("?")
        environ |= {"RAW_URI": target, "PATH_INFO": path, "QUERY_STRING": query}
        environ |= {f"HTTP_{name.upper()}": value for name, value in headers.items()}
        answered: list[Any] = []
        body = b"".join(self._application(environ, lambda status, header, *_: answered.extend((status, header))))
        return answered[0], answered[1], body


@pytest.fixture
def caller(tmp_path: Path) -> Caller:
    items = [
        StoredItem("channel-rest", name, 1, encode("channel-rest", decode("channel-rest", name, value)))
        for name, value in ((name, {"service": "say", **value}) for name, value in CHANNELS.items())
    ]
    return Caller(tmp_path, Configuration.from_items(1, items))


def test_a_channels_answer_is_written_in_this_order(caller: Caller) -> None:
    body = b'{"method":"GET","path":"/plain","params":{}}'
    assert caller.call("GET", "/plain?x=1") == (
        "200 OK",
        [
            ("content-type", "application/json"),
            ("vary", "Accept"),
            ("x-zato-cid", CID),
            ("content-length", str(len(body))),
            ("set-cookie", "a=1"),
        ],
        body,
    )
    assert caller.unrouted == []


def test_head_gets_what_get_would_have_got_but_no_body(caller: Caller) -> None:
    status, header, body = caller.call("HEAD", "/plain")
    assert (status, body) == ("200 OK", b"")
    assert ("content-length", str(len('{"method":"HEAD","path":"/plain","params":{}}'))) in header


def test_a_path_has_values_under_any_name(caller: Caller) -> None:
    _, _, body = caller.call("GET", "/of/a%2Fb/environ")
    assert json.loads(body)["params"] == {"id": "a/b", "cid": "environ"}


@pytest.mark.parametrize(
    ("method", "target", "status", "code"),
    [
        ("GET", "/nowhere", "404 Not Found", "no-such-path"),
        ("DELETE", "/plain", "405 Method Not Allowed", "method-not-allowed"),
        ("GET", "/of/../x", "400 Bad Request", "invalid-path"),
        ("GET", "/zato/nothing", "404 Not Found", "no-such-path"),
        ("POST", "/%7Aato/own", "405 Method Not Allowed", "method-not-allowed"),
    ],
)
def test_what_comes_to_nothing_is_told_so_and_counted(
    caller: Caller, method: str, target: str, status: str, code: str
) -> None:
    line, header, body = caller.call(method, target)
    assert line == status
    assert ("x-zato-cid", CID) in header
    assert json.loads(body)["error"]["code"] == code
    assert caller.unrouted == [int(status[:3])]


@pytest.mark.parametrize("target", ["/zato/own", "/%7Aato/own", "/zato/own?x"])
def test_zatos_own_paths_are_found_however_they_are_spelt(caller: Caller, target: str) -> None:
    assert caller.call("GET", target)[::2] == ("200 OK", b"own")


def test_a_service_that_fails_is_an_error_that_pages_may_read(caller: Caller) -> None:
    status, header, body = caller.call("GET", "/shop?fail", origin=SHOP)
    assert status == "500 Internal Server Error"
    assert dict(header)["access-control-allow-origin"] == SHOP
    assert json.loads(body)["error"]["code"] == "service-failed"
    assert caller.unrouted == []


def test_a_browser_is_told_before_what_it_may_send(caller: Caller) -> None:
    status, header, body = caller.call("OPTIONS", "/shop", origin=SHOP, access_control_request_method="GET")
    assert (status, body) == ("204 No Content", b"")
    assert dict(header)["access-control-allow-methods"] == "GET, HEAD"
    assert "content-length" not in dict(header)


def test_what_nobody_foresaw_is_answered() -> None:
    class Broken:
        def visited(self) -> None:
            raise ValueError("secret")

    broken: Any = Broken()
    unused: Any = None
    application = HttpApplication(unused, broken, own_paths())
    result = falcon.testing.TestClient(application).simulate_get("/plain")
    assert result.status_code == 500
    assert result.json["error"]["code"] == "internal-error"
    assert "secret" not in result.text


def test_without_a_configuration_nobody_knows_what_there_is(tmp_path: Path) -> None:
    status, header, _ = Caller(tmp_path, EMPTY).call("GET", "/plain")
    assert (status[:3], dict(header)["retry-after"]) == ("503", "5")
