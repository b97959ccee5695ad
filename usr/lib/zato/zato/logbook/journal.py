"""Reading systemd's journal by journalctl: what Zato's units have said, and systemd of them, and nothing else."""

from __future__ import annotations

import re
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec

from zato.core.errors import Unavailable
from zato.host.log_text import pair
from zato.host.programs import program
from zato.host.usage import process_of_unit
from zato.logbook.line import LEVELS, Line, Page, line_of
from zato.logbook.query import Query, moment
from zato.logbook.reader import invalid_place

# By the unit, which is systemd's word; all else of an entry is its sender's
_UNITS = ("zato-*.service", "zato-*.socket", "zato-*.timer", "zato.target")
_PLACE = re.compile(r"[a-z]=[0-9a-f]+(?:;[a-z]=[0-9a-f]+){0,9}")
_IN_JSON = "haproxy"
"""Its log is JSON, whose fields are our configuration's."""
_BEGINNING = "0"
_LEVEL_OF = {"7": "debug", "6": "info", "5": "info", "4": "warning", "3": "error"}
_PRIORITY_OF = {"debug": "debug", "info": "info", "warning": "warning", "error": "err", "critical": "crit"}
_SECONDS = 10.0
_ENTRY_BYTES_MAX = 4 * 1024 * 1024
_decode = msgspec.json.Decoder(dict[str, Any]).decode

Start = Callable[[list[str]], "subprocess.Popen[bytes]"]


class JournalReader:
    """A reader.ReadsLog for whoever may read the journal: root, and members of the group systemd-journal."""

    def __init__(self, *, start: Start | None = None, seconds: float = _SECONDS) -> None:
        """A page is what was found within so many seconds."""
        self._start = start or _started
        self._seconds = seconds

    def older(self, query: Query, before: str | None, lines_max: int) -> Page:
        after = self._end() if before is None else before
        first, lines, ended = before, [], False
        with self._entries(["--reverse", *_times(query, before), *_from(before), *_matching(query)]) as entries:
            for each in entries:
                if query.since is not None and each.arrived < moment(query.since):
                    ended = True
                    break
                first = each.place
                if query.wants(each.line):
                    lines.append(each.line)
                if len(lines) == lines_max:
                    break
            else:
                ended = not entries.late
        if entries.late and first == before:
            raise _too_slow(self._seconds)
        lines.reverse()
        return Page(lines=lines, before=None if ended else first, after=after)

    def newer(self, query: Query, after: str, lines_max: int) -> Page:
        lines: list[Line] = []
        place = after
        with self._entries([*_from(after), *_matching(query)]) as entries:
            for each in entries:
                place = each.place
                if query.wants(each.line):
                    lines.append(each.line)
                if len(lines) == lines_max:
                    break
        return Page(lines=lines, before=after, after=place)

    def _end(self) -> str:
        with self._entries(["--reverse"]) as entries:
            return next((each.place for each in entries), _BEGINNING)

    @contextmanager
    def _entries(self, options: list[str]) -> Iterator[_Entries]:
        units = [f"--unit={unit}" for unit in _UNITS]
        process = self._start(["--output=json", "--all", "--no-pager", "--quiet", *units, *options])
        entries = _Entries(process)
        timer = threading.Timer(self._seconds, entries.end_late)
        timer.start()
        try:
            yield entries
        finally:
            timer.cancel()
            process.kill()
            process.communicate()


class _Entry(msgspec.Struct, frozen=True):
    place: str
    arrived: str
    line: Line


class _Entries:
    """What a journalctl says, until it has said all or is `late`."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.late = False

    def end_late(self) -> None:
        self.late = True
        self._process.kill()

    def __iter__(self) -> Iterator[_Entry]:
        assert self._process.stdout is not None
        while data := self._process.stdout.readline(_ENTRY_BYTES_MAX):
            try:
                yield _entry(_decode(data))
            except (msgspec.MsgspecError, KeyError):  # cut, as it was killed or is absurdly long
                continue
        self._process.wait()
        if self._process.returncode > 0:
            self._refuse()

    def _refuse(self) -> None:
        assert self._process.stderr is not None
        said = self._process.stderr.read(2000).decode("utf-8", "replace").strip()
        if "cursor" in said.lower():
            raise invalid_place()
        if said and "No data available" not in said:  # no unit of ours has ever said anything
            raise Unavailable(f"The journal cannot be read: {said}", code="no-journal")


def _started(options: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [program("journalctl"), *options], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def _times(query: Query, before: str | None) -> list[str]:
    until = [f"--until=@{query.until.timestamp():.6f}"] if query.until is not None else []
    # journalctl takes it without a place only; with one, what is older is left out here
    since = [f"--since=@{query.since.timestamp():.6f}"] if query.since is not None and before is None else []
    return [*until, *since]


def _from(place: str | None) -> list[str]:
    if place is None or place == _BEGINNING:
        return []
    if not _PLACE.fullmatch(place):
        raise invalid_place()
    return [f"--after-cursor={place}"]


def _matching(query: Query) -> list[str]:
    """What the journal can do by itself; `query.wants` looks again."""
    options = [f"--priority={_PRIORITY_OF[query.level]}"] if query.level is not None else []
    if query.cid is not None:
        # Those of other programs than ours have it in their text only
        options += [f"--grep={re.escape(query.cid)}", "--case-sensitive=yes"]
    elif query.text is not None and query.text.isascii() and query.text.isprintable() and query.text:
        options += [f"--grep={re.escape(query.text)}", "--case-sensitive=no"]
    if query.service is not None:
        options.append(f"ZATO_SERVICE={query.service}")
    return options


def _entry(fields: Mapping[str, Any]) -> _Entry:
    arrived = moment(datetime.fromtimestamp(int(fields["__REALTIME_TIMESTAMP"]) / 1_000_000, UTC))
    process = _process_of(fields)
    message = _text(fields.get("MESSAGE"))
    # Of others it may be what a client has sent
    told = _object(message) if process == _IN_JSON else None
    if told is None:
        own = {
            name[5:].lower(): _text(value)
            for name, value in fields.items()
            if name.startswith("ZATO_") and value is not None
        }
        first, _, trace = message.partition("\n")
        event: dict[str, Any] = {"timestamp": arrived, "event": _without_pairs(first, own), **own}
        if trace:
            event["exception"] = "\n".join(line.removeprefix("    ") for line in trace.split("\n"))
        event["level"] = _LEVEL_OF.get(_text(fields.get("PRIORITY")), "critical")
    else:
        event = {"timestamp": arrived, **told}
    return _Entry(_text(fields["__CURSOR"]), arrived, line_of({**event, "process": process}))


def _process_of(fields: Mapping[str, Any]) -> str:
    for name in ("_SYSTEMD_UNIT", "UNIT", "OBJECT_SYSTEMD_UNIT"):
        process = process_of_unit(_text(fields.get(name)))
        if process is not None:
            return process
    return "systemd"


def _object(message: str) -> dict[str, Any] | None:
    """What HAProxy has said as JSON."""
    if not (message.startswith("{") and message.endswith("}")):
        return None
    try:
        found = _decode(message.encode("utf-8", "replace"))
    except msgspec.MsgspecError:
        return None
    return found if isinstance(found.get("event"), str) and found.get("level") in LEVELS else None


def _without_pairs(text: str, fields: Mapping[str, str]) -> str:
    """The event without the fields that follow it in lines for people."""
    left = {pair(name, value) for name, value in fields.items()}
    while found := next((each for each in left if text.endswith(each)), None):
        text = text.removesuffix(found)
        left.discard(found)
    return text


def _text(value: object) -> str:
    """A field's value; one that is not UTF-8 comes as a list of bytes, one that is there several times as a list."""
    if isinstance(value, list):
        if all(isinstance(each, int) for each in value):
            return bytes(value).decode("utf-8", "backslashreplace")
        return _text(value[-1])
    return value if isinstance(value, str) else ""


def _too_slow(seconds: float) -> Unavailable:
    return Unavailable(
        f"Nothing was found within {seconds:g} s; name a time by since and until, or a level.", code="log-too-long"
    )
