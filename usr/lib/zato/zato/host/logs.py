"""One format of log lines for structlog's loggers and the standard library's, written to standard error at once."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, cast

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, WrappedLogger

_STANDARD_ERROR = 2
# What would let one value look like two, or one line like several
_NEEDS_QUOTES = re.compile(r'[\s"=\x00-\x1f\x7f-\x9f\u2028\u2029]')
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")

_cid: ContextVar[str] = ContextVar("cid", default="")


def correlate(cid: str) -> None:
    """From now on this thread's lines, those of libraries too, carry this correlation id; empty: none."""
    _cid.set(cid)


def configure(log_format: str, level: str, process: str) -> None:
    """Sets up logging for this process; every line says `process`, and the correlation id where there is one.

    `log_format` is "text" or "json", `level` a name such as "info". Calling it again replaces the earlier setup.
    """
    number = logging.getLevelNamesMapping()[level.upper()]
    render = _render_json if log_format == "json" else _render_text

    def stamp(_logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
        stamped: EventDict = {
            "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": "error" if method == "exception" else method,
            "process": process,
        }
        stamped.update(event)
        if cid := _cid.get():
            stamped.setdefault("cid", cid)
        return stamped

    def finish(_logger: WrappedLogger, _method: str, event: EventDict) -> bytes:
        return render(event).encode("utf-8", "backslashreplace") + b"\n"

    structlog.configure(
        processors=[stamp, structlog.processors.format_exc_info, finish],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=_StandardErrorFactory(),
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    root.handlers = [_Bridge(lambda event, method: finish(None, method, stamp(None, method, event)))]
    root.setLevel(number)


def get_logger(name: str = "zato") -> FilteringBoundLogger:
    """A logger whose lines carry `component=name` in JSON; keyword arguments become fields of the line."""
    return cast(FilteringBoundLogger, structlog.get_logger(component=name))


def write_line(line: bytes) -> None:
    """One line in one write, so that lines of threads and processes that share a pipe do not mix.

    A closed standard error is ignored: a request must not fail because nobody reads the log.
    """
    with contextlib.suppress(OSError):
        while line:
            line = line[os.write(_STANDARD_ERROR, line) :]


class _StandardErrorLogger:
    """The end of structlog's chain."""

    def msg(self, line: bytes) -> None:
        write_line(line)

    debug = info = warning = error = critical = exception = fatal = log = msg


class _StandardErrorFactory:
    def __call__(self, *_args: object) -> _StandardErrorLogger:
        return _StandardErrorLogger()


class _Bridge(logging.Handler):
    """Lines of libraries and of services that log with the standard library."""

    def __init__(self, finish: Callable[[EventDict, str], bytes]) -> None:
        super().__init__()
        self._finish = finish

    def createLock(self) -> None:  # noqa: N802 - the standard library's name
        self.lock = None  # write_line needs none, and a lock might be held by another thread when gunicorn forks

    def emit(self, record: logging.LogRecord) -> None:
        try:
            event: EventDict = {"component": record.name, "event": record.getMessage()}
            if record.exc_info and record.exc_info[0] is not None:
                event["exception"] = (logging.Formatter().formatException(record.exc_info)).rstrip()
            write_line(self._finish(event, record.levelname.lower()))
        except Exception:  # a message whose arguments do not fit must not break its caller
            self.handleError(record)


def _render_json(event: EventDict) -> str:
    return _json(event)


def _render_text(event: EventDict) -> str:
    fields: dict[str, Any] = dict(event)
    head = f"{fields.pop('timestamp')} {fields.pop('level'):<7} {fields.pop('process')}"
    message = _CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode(), str(fields.pop("event", "")))
    exception = fields.pop("exception", None)
    fields.pop("component", None)
    pairs = "".join(f" {key}={_value(value)}" for key, value in fields.items())
    trace = "\n" + "\n".join("    " + line for line in str(exception).splitlines()) if exception else ""
    return f"{head} {message}{pairs}{trace}"


def _value(value: object) -> str:
    text = str(value)
    return _json(text) if not text or _NEEDS_QUOTES.search(text) else text


def _json(value: object) -> str:
    """JSON in readable UTF-8, with the line separators escaped that JSON itself would let through."""
    text = json.dumps(value, default=str, ensure_ascii=False)
    return _CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
