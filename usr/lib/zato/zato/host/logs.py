"""One format of log lines for structlog's loggers and the standard library's, written at once.

They go to standard error, or, where that is systemd's journal, to it with their fields.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from zato.host import journal
from zato.host.journal import Journal
from zato.host.log_levels import LogLevels
from zato.host.log_text import AS_IT_IS, FOR_PEOPLE, SUPERVISED, as_json, as_text, sentence

# Where rich is installed, structlog loads it for its own console output, which is not used here: 3 MB in each process
_rich = sys.modules.get("rich")
sys.modules["rich"] = cast(Any, None)
import structlog  # noqa: E402
from structlog.typing import EventDict, FilteringBoundLogger, WrappedLogger  # noqa: E402

del sys.modules["rich"]
if _rich is not None:
    sys.modules["rich"] = _rich

_STANDARD_ERROR = 2
_NUMBERS = {name.lower(): number for name, number in logging.getLevelNamesMapping().items()}
_least = logging.INFO

_levels: LogLevels | None = None

_cid: ContextVar[str] = ContextVar("cid", default="")
_service: ContextVar[str] = ContextVar("service", default="")


def correlate(cid: str) -> None:
    """From now on this thread's lines, those of libraries too, carry this correlation id; empty: none."""
    _cid.set(cid)


def serve(service: str) -> str:
    """From now on this thread's lines carry the name of this service; empty: none. Returns the one until now."""
    before = _service.get()
    _service.set(service)
    return before


def configure(log_format: str, level: str, process: str, levels: Path | None = None) -> None:
    """Sets up logging for this process; every line says `process`, and the correlation id where there is one.

    `log_format` is "text" or "json", `level` a name such as "info"; the journal has a format of its own.
    `levels` is a file with levels of single loggers: see log_levels. Calling it again replaces the earlier setup.
    """
    global _levels  # noqa: PLW0603 - as `_least`
    set_level(level)
    _levels = None if levels is None else LogLevels(levels, _complain)
    render, write = _output(log_format)

    def stamp(_logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
        if _NUMBERS.get(method, logging.ERROR) < _least_of(event.get("component", "")):
            raise structlog.DropEvent
        stamped: EventDict = {
            "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": "error" if method == "exception" else method,
            "process": process,
        }
        stamped.update(event)
        if service := _service.get():
            stamped.setdefault("service", service)
        if cid := _cid.get():
            stamped.setdefault("cid", cid)
        return stamped

    def finish(_logger: WrappedLogger, _method: str, event: EventDict) -> bytes:
        return render(event)

    structlog.configure(
        processors=[stamp, structlog.processors.format_exc_info, finish],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
        logger_factory=lambda *_: _LastLogger(write),
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    root.handlers = [_Bridge(lambda event, method: write(finish(None, method, stamp(None, method, event))))]


def _least_of(logger: str) -> int:
    own = None if _levels is None else _levels.of(logger)
    return _least if own is None else own


def _complain(reason: str) -> None:
    get_logger("zato").warning(
        "The levels of loggers stay as they are, since logging.toml cannot be read", reason=reason
    )


def set_level(level: str) -> None:
    """From now on lines below `level` are dropped, whoever's logger they come from."""
    global _least  # noqa: PLW0603 - loggers are the process's own as well, and keep what they were configured with
    _least = _NUMBERS[level]
    logging.getLogger().setLevel(_least)


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


def _output(log_format: str) -> tuple[Callable[[EventDict], bytes], Callable[[bytes], None]]:
    """How an event becomes bytes, and where these go."""
    if journal.is_where_errors_go():
        return _render_entry, Journal().send
    secret = os.environ.get(SUPERVISED, "").encode()
    mark = AS_IT_IS if log_format == "json" else FOR_PEOPLE
    start = mark + secret if secret else b""
    render: Callable[[EventDict], str] = as_json if secret or log_format == "json" else as_text
    return lambda event: start + render(event).encode("utf-8", "backslashreplace") + b"\n", write_line


class _LastLogger:
    """The end of structlog's chain."""

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self._write = write

    def msg(self, line: bytes) -> None:
        self._write(line)

    debug = info = warning = error = critical = exception = fatal = log = msg


class _NoLock:
    """What the standard library takes before it writes a line.

    To write one needs no lock, and a real one might be held by another thread when gunicorn forks.
    """

    def acquire(self) -> None:
        """At once."""

    def release(self) -> None:
        """Nothing was taken."""

    def __enter__(self) -> None:
        """As `acquire`."""

    def __exit__(self, *_: object) -> None:
        """As `release`."""


class _Bridge(logging.Handler):
    """Lines of libraries and of services that log with the standard library."""

    def __init__(self, write: Callable[[EventDict, str], None]) -> None:
        super().__init__()
        self._write = write

    def createLock(self) -> None:  # noqa: N802 - the standard library's name
        self.lock = cast(Any, _NoLock())

    def emit(self, record: logging.LogRecord) -> None:
        try:
            event: EventDict = {"component": record.name, "event": record.getMessage()}
            if record.exc_info and record.exc_info[0] is not None:
                event["exception"] = (logging.Formatter().formatException(record.exc_info)).rstrip()
            self._write(event, record.levelname.lower())
        except Exception:  # noqa: BLE001 - a message whose arguments do not fit must not break its caller
            self.handleError(record)


def _render_entry(event: EventDict) -> bytes:
    fields: dict[str, Any] = dict(event)
    del fields["timestamp"]  # the journal has its own
    level, process = fields.pop("level"), fields.pop("process")
    own = {key: value for key, value in fields.items() if key not in ("event", "exception")}
    return journal.encode(sentence(fields), process, level, own)
