"""One form of errors and one correlation id, whoever answers."""

from __future__ import annotations

import re
import signal

import pytest

from support.edge import BALANCER, DIRECT, Answer, Edge

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = f"00-{TRACE}-00f067aa0ba902b7-01"


def error(answer: Answer) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/json"
    assert set(answer.json["error"]) == {"code", "message", "cid", "details"}
    assert answer.json["error"]["cid"] == answer.headers["x-zato-cid"]
    assert answer.json["error"]["message"].endswith(".")
    assert "server" not in answer.headers
    return answer.status, answer.json["error"]["code"]


def test_each_request_has_a_correlation_id_that_the_caller_sees(edge: Edge, door: str) -> None:
    answers = [edge.get("/echo", door) for _ in range(3)]
    cids = {answer.headers["x-zato-cid"] for answer in answers}
    assert len(cids) == 3
    assert all(re.fullmatch("[0-9a-f]{32}", cid) for cid in cids)
    assert answers[0].environ["HTTP_X_ZATO_CID"] == answers[0].headers["x-zato-cid"]


def test_the_correlation_id_is_taken_over_from_a_trace(edge: Edge, door: str) -> None:
    answer = edge.get("/echo", door, headers={"traceparent": TRACEPARENT})
    assert answer.headers["x-zato-cid"] == answer.environ["HTTP_X_ZATO_CID"] == TRACE
    assert answer.environ["HTTP_TRACEPARENT"] == TRACEPARENT


@pytest.mark.parametrize(
    "value",
    [
        TRACEPARENT.upper().replace("00-", "00-", 1),
        "00-" + "0" * 32 + "-00f067aa0ba902b7-01",
        TRACEPARENT + "-more",
        TRACEPARENT[:-1],
        TRACEPARENT.replace("4bf9", "4bg9"),
        f"00-{TRACE}",
        f"{TRACEPARENT}, {TRACEPARENT}",
        "",
    ],
)
def test_a_trace_that_is_not_valid_is_not_taken_over(edge: Edge, door: str, value: str) -> None:
    cid = edge.get("/echo", door, headers={"traceparent": value}).headers["x-zato-cid"]
    assert re.fullmatch("[0-9a-f]{32}", cid) and cid not in {TRACE, "0" * 32}


def test_the_applications_own_errors_pass_as_they_are(edge: Edge, door: str) -> None:
    for code in (400, 401, 404, 409, 422, 425, 500, 501, 502, 503, 504):
        answer = edge.get(f"/status?code={code}", door)
        assert (answer.status, answer.body) == (code, b"the application's own words")
        assert answer.headers["content-type"] == "text/plain"
        assert "server" not in answer.headers


@pytest.mark.parametrize(
    ("request_line", "header", "found"),
    [
        (b"FROB /echo", b"", (501, "not-implemented")),
        (b"get /echo", b"", (501, "not-implemented")),
        (b"CONNECT localhost:80", b"", (400, "bad-request")),
        (b"GET /echo", b"X-A: a\x01b\r\n", (400, "bad-request")),
        (b"GET /echo", b"X-A: a\x7fb\r\n", (400, "bad-request")),
    ],
)
def test_what_is_refused_before_it_is_read_has_one_id_too(
    edge: Edge, door: str, request_line: bytes, header: bytes, found: tuple[int, str]
) -> None:
    host = b"Host: localhost:80\r\nConnection: close\r\n"
    assert error(edge.raw(request_line + b" HTTP/1.1\r\n" + host + header + b"\r\n", door)) == found


def test_an_answer_that_is_not_the_applications_becomes_a_bad_gateway(edge: Edge, door: str) -> None:
    assert error(edge.get("/unmarked", door, method="POST")) == (502, "bad-gateway")


def test_no_program_says_its_name_or_version(edge: Edge, door: str) -> None:
    for path in ("/echo", "/unmarked", "/%ff", "/" + "a" * 5000):
        answer = edge.get(path, door)
        assert "server" not in answer.headers and "x-powered-by" not in answer.headers
        assert answer.status == 200 or not re.search(b"lighttpd|haproxy|gunicorn", answer.body)


def test_a_head_request_gets_no_body_with_an_error(edge: Edge, door: str) -> None:
    answer = edge.get("/%ff", door, method="HEAD")
    assert (answer.status, answer.body, answer.closed) == (400, b"", True)


def test_with_the_server_away_both_doors_say_unavailable(own_edge: Edge) -> None:
    own_edge.stop_program("gunicorn")
    answer = own_edge.get("/echo", DIRECT)
    assert error(answer) == (503, "unavailable")
    assert int(answer.headers["retry-after"]) >= 1
    own_edge.stop_program("lighttpd")
    own_edge.wait_for(lambda: own_edge.get("/echo").headers.get("retry-after"))
    answer = own_edge.get("/echo", BALANCER)
    assert error(answer) == (503, "unavailable")
    assert int(answer.headers["retry-after"]) >= 1


def test_each_request_is_one_line_of_json_in_haproxys_log(edge: Edge) -> None:
    answer = edge.get("/%22quoted%22/%0Ax?secret=1", headers={"User-Agent": "x\ty"})
    line = edge.access_line(answer)
    assert (line["method"], line["status"], line["server"]) == ("GET", answer.status, "server-1")
    assert line["path"] == "/%22quoted%22/%0Ax"
    assert line["client"] == "127.0.0.1"
    assert line["ms"] >= line["server_ms"] >= 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["timestamp"])


def test_bytes_that_json_must_escape_do_not_break_the_log(edge: Edge) -> None:
    for path in (b'/a"b', b"/a\\b", b"/a\tb", b"/<a>'b"):
        edge.raw(b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    edge.wait_for(lambda: {'/a"b', "/a\\b", "/<a>'b"} <= {line["path"] for line in edge.access_lines()})


def test_the_log_of_lighttpd_cannot_be_forged(edge: Edge) -> None:
    import base64

    name = base64.b64encode(b"joe\n2026-01-01 00:00:00: (forged) line:x").decode()
    edge.get("/echo", DIRECT, headers={"Authorization": f"Basic {name}"})
    lines = edge.log("lighttpd").read_text(errors="replace").splitlines()
    assert not any(line.startswith("2026-01-01") for line in lines)


def test_a_request_in_http2_gets_the_same(edge: Edge) -> None:
    import subprocess

    command = [
        "curl",
        "-sS",
        "--http2",
        "--cacert",
        str(edge.layout.ca_certificate),
        "-w",
        "%{http_version} %{http_code}",
    ]
    done = subprocess.run(
        [*command, "-X", "POST", f"https://localhost:{edge.port(BALANCER)}/echo"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.endswith("2 200")


def test_haproxy_survives_a_signal_to_its_worker(own_edge: Edge) -> None:
    own_edge.signal("haproxy", signal.SIGUSR2)
    for _ in range(50):
        assert own_edge.get("/echo").status == 200


@pytest.mark.parametrize("part", ["bytes=0-9", "bytes=5000-", "bytes=-1", "bytes=0-1,3-4"])
def test_a_request_for_a_part_gets_the_whole_answer(edge: Edge, door: str, part: str) -> None:
    answer = edge.get("/large?bytes=1000", door, headers={"Range": part})
    assert (answer.status, len(answer.body)) == (200, 1000)
    assert not {"content-range", "accept-ranges"} & set(answer.headers)


def test_errors_of_the_edge_have_the_fields_of_the_servers(edge: Edge, door: str) -> None:
    answer = edge.get("/" + "a" * 4000, door)
    assert set(answer.json["error"]) == {"code", "message", "cid", "details"}
    assert answer.json["error"]["details"] == []
