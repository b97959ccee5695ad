"""What callers see of exceptions."""

from __future__ import annotations

import json
from typing import Any

import falcon
import falcon.testing
import pytest

from zato.client.errors import rebuilt
from zato.core.errors import Conflict, InvalidInput, MethodNotAllowed, NotFound, Unauthorized, Unavailable
from zato.deployment.loader import DeploymentRefused, Refusal
from zato.host.unix_http import Reply
from zato.serving.http.errors import add_error_handlers
from zato.serving.http.request import ZatoRequest

CID = "c0ffee00c0ffee00"


class Raises:
    def __init__(self, error: Exception) -> None:
        self._error = error

    def on_get(self, req: Any, resp: Any) -> None:
        resp.media = {"half": "done"}
        resp.set_header("X-Half", "done")
        raise self._error

    def on_post(self, req: Any, resp: Any) -> None:
        resp.media = req.get_media()


def _client(error: Exception) -> falcon.testing.TestClient:
    app = falcon.App(request_type=ZatoRequest)
    add_error_handlers(app)
    app.add_route("/it", Raises(error))
    return falcon.testing.TestClient(app, headers={"X-Zato-CID": CID})


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (InvalidInput("It is wrong."), 400, "invalid-input"),
        (Unauthorized(), 401, "unauthorized"),
        (NotFound("It is not there.", code="no-such-thing"), 404, "no-such-thing"),
        (Conflict("It has changed."), 409, "conflict"),
        (falcon.HTTPContentTooLarge(title="x", description="Too large."), 413, "too-large"),
        (falcon.HTTPUnsupportedMediaType(description="No."), 415, "unsupported-media-type"),
        (falcon.HTTPUriTooLong(description="No."), 414, "too-long"),
        (falcon.HTTPInternalServerError(description="secret"), 500, "internal-error"),
        (ValueError("secret"), 500, "internal-error"),
    ],
)
def test_every_exception_becomes_a_code_a_sentence_and_the_cid(error: Exception, status: int, code: str) -> None:
    result = _client(error).simulate_get("/it")
    assert result.status_code == status
    assert result.headers["content-type"] == "application/json"
    assert result.headers["x-zato-cid"] == CID
    body = result.json["error"]
    assert set(result.json) == {"error"}
    assert set(body) == {"code", "message", "cid", "details"}
    assert (body["code"], body["cid"]) == (code, CID)
    assert body["message"].endswith(".")
    assert "secret" not in result.text
    assert "Traceback" not in result.text


def test_an_unforeseen_exception_is_logged_with_its_traceback_and_cid(capfd: pytest.CaptureFixture[str]) -> None:
    from zato.host.logs import configure

    configure("json", "info", "test")
    _client(ValueError("secret")).simulate_get("/it")
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines() if line.startswith("{")]
    (line,) = [line for line in lines if line.get("cid") == CID]
    assert "ValueError: secret" in line["exception"]
    assert "Traceback" in line["exception"]


def test_the_headers_that_a_status_calls_for_are_there() -> None:
    assert _client(MethodNotAllowed("No.", ("GET", "PUT"))).simulate_get("/it").headers["allow"] == "GET, PUT"
    assert _client(Unauthorized()).simulate_get("/it").headers["www-authenticate"].startswith("Basic realm=")
    away = Unavailable("The ODB is away.", code="odb-unavailable", retry_after_seconds=7)
    assert _client(away).simulate_get("/it").headers["retry-after"] == "7"


def test_details_are_handed_on() -> None:
    result = _client(InvalidInput("Wrong.", details=("a: missing", "b: too long"))).simulate_get("/it")
    assert result.json["error"]["details"] == ["a: missing", "b: too long"]


def test_a_lone_surrogate_in_a_message_does_not_break_the_answer() -> None:
    result = _client(InvalidInput("It is \udcff.", details=("\ud800",))).simulate_get("/it")
    assert result.json["error"]["message"] == "It is \\udcff."


def test_falcons_own_refusals_have_our_form() -> None:
    client = _client(ValueError())
    missing = client.simulate_get("/elsewhere")
    assert (missing.status_code, missing.json["error"]["code"]) == (404, "no-such-path")
    method = client.simulate_delete("/it")
    assert (method.status_code, method.json["error"]["code"]) == (405, "method-not-allowed")
    assert "GET" in method.headers["allow"]
    broken = client.simulate_post("/it", body="{", headers={"Content-Type": "application/json"})
    assert (broken.status_code, broken.json["error"]["code"]) == (400, "invalid-request")
    assert client.simulate_post("/it", body="x", headers={"Content-Type": "image/png"}).status_code == 415


def test_what_is_wrong_is_there_as_fields_too_where_it_is_known_as_such() -> None:
    refused = DeploymentRefused(Refusal("syntax-error", "Python cannot read it.", "shop.py", 3))
    body = _client(refused).simulate_get("/it")
    place = {"field": None, "file": "shop.py", "line": 3, "subject": None}
    assert body.json["error"]["findings"] == [{"message": "Python cannot read it.", "code": "syntax-error", **place}]
    error = rebuilt(Reply(body.status_code, "application/json", body.content))
    assert error.findings == refused.findings


@pytest.mark.parametrize("findings", [None, 5, [5], [{"message": 5}], ["x"]])
def test_findings_that_another_release_says_otherwise_are_left_to_the_details(findings: Any) -> None:
    body = {"error": {"code": "x", "message": "It is wrong.", "details": ["it is"], "findings": findings}}
    error = rebuilt(Reply(400, "application/json", json.dumps(body).encode()))
    assert (error.findings, error.details) == ((), ("it is",))
