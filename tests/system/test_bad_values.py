"""Valid HTTP whose content is not: each gets a 4xx that says what is wrong, whichever door it comes through."""

import json
from urllib.parse import quote

import pytest

from support.cluster import RunningCluster
from support.doors import Answer, Doors
from support.hostile_services import ECHO, NESTED, ONLY_GET, READ

pytestmark = pytest.mark.usefixtures("unharmed")

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
TYPED = "/typed/1"


def refusal(answer: Answer) -> tuple[int, str]:
    """Status and code, of an answer that has the form of every error and says nothing about the server's inside."""
    assert answer.headers["content-type"] == "application/json"
    error = answer.json["error"]
    assert error["message"] and error["cid"] == answer.headers["x-zato-cid"]
    for word in (b"Traceback", b'File "', b"msgspec", b"falcon", b"gunicorn"):
        assert word not in answer.body
    return answer.status, error["code"]


@pytest.mark.parametrize("path", ["/%ff%fe", "/a%c3", "/%ed%a0%80", "/typed/%ff", "/zato/api/items/channel-rest/%ff"])
def test_a_path_that_is_not_utf8(doors: Doors, door: str, path: str) -> None:
    status, _ = refusal(doors.get(path, door))
    assert status == 400


@pytest.mark.parametrize("query", ["a=%ff", "%ff=a", "a=%c3", "a=%ed%a0%80"])
def test_a_query_that_is_not_utf8(doors: Doors, door: str, query: str) -> None:
    assert refusal(doors.get(f"{READ}?{query}", door))[0] == 400


@pytest.mark.parametrize("name", ["X-A", "Content-Type", "X-API-Key", "Authorization", "traceparent", "Cookie"])
def test_a_header_that_is_not_utf8(doors: Doors, door: str, name: str) -> None:
    status, _ = refusal(doors.get(ECHO, door, headers={name: "\xff\xfe"}))
    assert status == 400


@pytest.mark.parametrize("body", [b"a=%ff", b"a=\xff", b"%ff=a", b"\xc3=a"])
def test_a_form_that_is_not_utf8(doors: Doors, door: str, body: bytes) -> None:
    assert refusal(doors.get(READ, door, method="POST", headers=FORM, body=body)) == (400, "invalid-utf8")


JSON_REFUSED = {
    "invalid UTF-8": (b'{"a":"\xff"}', "invalid-utf8"),
    "UTF-16": ('{"a":1}'.encode("utf-16"), "invalid-utf8"),
    "half a character": (b'{"a":"\\ud800"}', "invalid-json"),
    "cut off": (b'{"a":', "invalid-json"),
    "no JSON": (b"a=b", "invalid-json"),
    "two documents": (b"{}{}", "invalid-json"),
    "control character": (b'{"a":"\x01"}', "invalid-json"),
    "100,000 lists": (b"[" * 100_000 + b"]" * 100_000, "invalid-json"),
    "100,000 objects": (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "invalid-json"),
    "100,000 lists, cut off": (b"[" * 100_000, "invalid-json"),
    "duplicate key": (b'{"a":1,"a":2}', "duplicate-key"),
    "duplicate key within": (b'[{"b":{"a":1,"\\u0061":2}}]', "duplicate-key"),
    "NaN": (b'{"a":NaN}', "invalid-json"),
    "Infinity": (b'{"a":Infinity}', "invalid-json"),
    "-Infinity": (b"[-Infinity]", "invalid-json"),
    "beyond a double": (b'{"a":1e999}', "invalid-json"),
    "beyond a double, negative": (b'{"a":-1.5e400}', "invalid-json"),
    "5,000 digits": (b'{"a":' + b"9" * 5000 + b"}", "invalid-json"),
}


@pytest.mark.parametrize("path", [READ, TYPED])
@pytest.mark.parametrize("title", JSON_REFUSED)
def test_json_that_is_not_or_that_two_readers_could_understand_differently(
    doors: Doors, door: str, title: str, path: str
) -> None:
    body, code = JSON_REFUSED[title]
    assert refusal(doors.get(path, door, method="POST", headers=JSON, body=body)) == (400, code)


@pytest.mark.parametrize("title", JSON_REFUSED)
def test_such_json_is_refused_by_the_admin_api_as_well(hostile: RunningCluster, door: str, title: str) -> None:
    body, code = JSON_REFUSED[title]
    admin = hostile.layout.pki / "admin.crt"
    for path in ("/zato/api/items/channel-rest", "/zato/api/services/hostile.read/invoke"):
        answer = hostile.doors().get(path, door, method="POST", headers=JSON, body=body, certificate=admin)
        status, given = refusal(answer)
        assert status == 400 and given in {code, "invalid-input"}


RIGHT = {"count": 1, "flag": True, "day": "2026-01-31", "note": "x"}
WRONG_TYPES = [
    ("count", "one"),
    ("count", 1.5),
    ("count", True),
    ("count", [1]),
    ("count", {"a": 1}),
    ("count", None),
    ("count", "9" * 5000),
    ("flag", "perhaps"),
    ("flag", 2),
    ("day", "2026-02-30"),
    ("day", "tomorrow"),
    ("day", 20260131),
    ("note", {"a": 1}),
    ("note", ["x"]),
]


@pytest.mark.parametrize(("field", "value"), WRONG_TYPES, ids=[f"{f}={v!r}"[:30] for f, v in WRONG_TYPES])
def test_a_value_of_the_wrong_type_is_refused_by_the_name_of_its_field(
    doors: Doors, door: str, field: str, value: object
) -> None:
    body = json.dumps({**RIGHT, field: value}).encode()
    answer = doors.get(TYPED, door, method="POST", headers=JSON, body=body)
    assert refusal(answer) == (400, "invalid-input")
    assert field in answer.json["error"]["message"]


@pytest.mark.parametrize("field", ["id", "count"])
def test_a_wrong_parameter_of_path_or_query_is_refused_by_its_name(doors: Doors, door: str, field: str) -> None:
    answer = doors.get("/typed/x?count=1" if field == "id" else "/typed/1?count=x", door)
    assert refusal(answer) == (400, "invalid-input")
    assert field in answer.json["error"]["message"]


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"1", b'"x"', b"[{}]", b"true"])
def test_a_message_that_is_no_object_is_refused_where_fields_are_declared(doors: Doors, door: str, body: bytes) -> None:
    status, code = refusal(doors.get(TYPED, door, method="POST", headers=JSON, body=body))
    assert status == 400
    assert code in {"invalid-input", "invalid-json"}  # text that is a message is read as JSON once more


def test_right_values_are_taken(doors: Doors, door: str) -> None:
    answer = doors.get(TYPED, door, method="POST", headers=JSON, body=json.dumps(RIGHT).encode())
    assert (answer.status, answer.json) == (200, {"id": 1, "count": 1, "note": "x"})


def test_too_many_parameters_are_refused(doors: Doors, door: str) -> None:
    body = "&".join(f"a{number}=1" for number in range(1001)).encode()
    answer = doors.get(READ, door, method="POST", headers=FORM, body=body)
    assert refusal(answer) == (400, "too-many-parameters")


UNKNOWN = ["/", "/nothing", "/echo/", "/echo/x", "/ECHO", "/zato", "/zato/", "/zato/nothing", "/zato/api"]


@pytest.mark.parametrize("path", [*UNKNOWN, "/zato/api/nothing", "/" + "a/" * 1500, "/" + quote("{{ 7*7 }}${x}")])
def test_an_unknown_path_is_not_found(doors: Doors, door: str, path: str) -> None:
    assert refusal(doors.get(path, door)) == (404, "no-such-path")


@pytest.mark.parametrize(
    ("path", "allowed"),
    [(ONLY_GET, {"GET"}), (READ, {"GET", "POST"}), ("/typed/1", {"GET", "POST"}), ("/zato/ping", {"GET"}),
     ("/zato/api/status", {"GET"}), ("/zato/api/items/channel-rest", {"GET", "POST"})],
)  # fmt: skip
def test_an_unknown_method_says_which_there_are(doors: Doors, door: str, path: str, allowed: set[str]) -> None:
    for method in ("DELETE", "PATCH", "PUT"):
        answer = doors.get(path, door, method=method, body=b"{}")
        assert refusal(answer) == (405, "method-not-allowed")
        assert allowed <= {one.strip() for one in answer.headers["allow"].split(",")}
        assert method not in answer.headers["allow"]


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "FROB", "get", "PROPFIND", "OPTIONS"])
def test_a_method_that_no_channel_has_is_refused(doors: Doors, door: str, method: str) -> None:
    answer = doors.get(ONLY_GET, door, method=method)
    assert answer.closed
    assert answer.status in {400, 405, 501}
    assert b"Traceback" not in answer.body


def test_every_field_at_every_depth_is_named_with_the_values_that_it_may_have(doors: Doors, door: str) -> None:
    lines = [{"sku": 1, "count": "1", "colour": "green"}, {"count": 1, "sku": "a", "weight": 2}, {"sku": "b"}, 5]
    answer = doors.get(NESTED, door, method="POST", headers=JSON, body=json.dumps({"lines": lines, "note": 1}).encode())
    assert refusal(answer) == (400, "invalid-input")
    assert answer.json["error"]["details"] == [
        "The field 'lines[0].sku' is not valid: expected str, got int.",
        "The field 'lines[0].count' is not valid: expected int, got str.",
        "The field 'lines[0].colour' is not valid: expected one of 'red', 'blue'.",
        "The field 'lines[1].weight' is not known.",
        "The field 'lines[2].count' is missing.",
        "The field 'lines[3]' is not valid: expected object, got int.",
        "The field 'note' is not valid: expected str, got int.",
    ]
