"""The WSGI application behind the edge in tests: says what arrived, and fails on demand."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from zato.core.target import path_of, segments_of

WAIT_SECONDS = 60.0
Start = Callable[[str, list[tuple[str, str]]], object]


def application(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
    """Marks every answer with X-Zato-CID, as the parallel server does."""
    path = "".join("/" + segment.replace("/", "%2F") for segment in segments_of(path_of(environ["RAW_URI"])))
    query = {name: values[0] for name, values in parse_qs(environ["QUERY_STRING"]).items()}
    directory = Path(os.environ["EDGE_DIRECTORY"])
    marked = [("X-Zato-CID", environ.get("HTTP_X_ZATO_CID", "none"))]

    if path == "/zato/health":
        start("404 Not Found" if (directory / "draining").exists() else "200 OK", marked)
        return [b""]
    if path == "/die":
        _append(directory / "deaths", "x")
        if len((directory / "deaths").read_text()) <= int(query["times"]):
            os.kill(os.getpid(), signal.SIGKILL)
    if path == "/sleep":
        time.sleep(float(query["seconds"]))
    if path == "/wait":
        _await(directory / "go-on")
    if path == "/large":
        start("200 OK", [("Content-Type", "application/octet-stream"), *marked])
        return [b"x" * int(query["bytes"])]
    if path in {"/status", "/zato/api/enrol/renew", "/zato/api/first-administrator"} and "code" in query:
        _append(directory / "calls", "x")
        told = [("X-Zato-Status", query["told"])] if "told" in query else []
        start(f"{query['code']} Own", [("Content-Type", "text/plain"), ("Server", "secret/1.0"), *told, *marked])
        return [b"the application's own words"]
    if path == "/unmarked":
        start("500 Own", [("Content-Type", "text/html")])
        return [b"<h1>gunicorn's own words</h1>"]

    body = environ["wsgi.input"].read()
    if len(body) > int(os.environ["EDGE_BODY_BYTES_MAX"]):
        start("413 Too Large", [("Content-Type", "application/json"), *marked])
        error = {"code": "too-large", "message": "max_body_bytes of the server", "cid": marked[0][1]}
        return [json.dumps({"error": error}).encode()]
    seen = {name: value for name, value in environ.items() if isinstance(value, str) and name == name.upper()}
    answer = {"pid": os.getpid(), "body_bytes": len(body), "environ": seen}
    start("200 OK", [("Content-Type", "application/json"), *marked])
    return [json.dumps(answer).encode()]


def _append(path: Path, text: str) -> None:
    with path.open("a", encoding="ascii") as file:
        file.write(text)


def _await(file: Path) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not file.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
