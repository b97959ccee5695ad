"""Reading the log of a quickstart."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from zato.logbook.line import LEVELS, Line, Page, line_of
from zato.logbook.query import Query
from zato.logbook.reader import invalid_place
from zato.logbook.ring import Place, backwards, end_of, files, forwards

_PLACE = re.compile(r"([0-9]{1,8})\.([0-9]{1,12})")
_SCANNED_BYTES_MAX = 8 * 1024 * 1024
"""What one page looks at: about 30,000 lines."""
_decode = msgspec.json.Decoder(dict[str, object]).decode


class RingReader:
    """A reader.ReadsLog of the files in a directory, which others may add to meanwhile."""

    def __init__(self, directory: Path, *, scanned_bytes_max: int = _SCANNED_BYTES_MAX) -> None:
        self._directory = directory
        self._scanned_bytes_max = scanned_bytes_max

    def older(self, query: Query, before: str | None, lines_max: int) -> Page:
        end = end_of(self._directory)
        place = end if before is None else _place(before)
        start, lines, wanted, scanned = place, [], _Wanted(query), 0
        for at, data in backwards(self._directory, place):
            start, scanned = at, scanned + len(data)
            line = wanted.line(data)
            if line is not None:
                lines.append(line)
            if len(lines) == lines_max or scanned > self._scanned_bytes_max:
                break
        else:
            start = Place(0, 0)
        more = any(True for _ in backwards(self._directory, start))
        lines.reverse()
        return Page(lines=lines, before=_text(start) if more else None, after=_text(place))

    def newer(self, query: Query, after: str, lines_max: int) -> Page:
        place = _place(after)
        if place > end_of(self._directory):  # of files that somebody has removed, so that numbers began anew
            place = Place(0, 0)
        lines: list[Line] = []
        wanted, scanned = _Wanted(query), 0
        for behind, data in forwards(self._directory, place):
            place, scanned = behind, scanned + len(data)
            line = wanted.line(data)
            if line is not None:
                lines.append(line)
            if len(lines) == lines_max or scanned > self._scanned_bytes_max:
                break
        return Page(lines=lines, before=after, after=_text(place))

    def exists(self) -> bool:
        """Whether anything was ever written down."""
        return bool(files(self._directory))


class _Wanted:
    """Lines of a query. What most of the others lack is looked for before they are taken apart."""

    def __init__(self, query: Query) -> None:
        self._query = query
        self._needed = [value.encode() for value in (query.cid, query.service) if value is not None and _plain(value)]
        text = query.text or ""
        self._text = text.lower().encode() if _plain(text) else b""
        severe = LEVELS[LEVELS.index(query.level) :] if query.level is not None else LEVELS
        self._levels = [f'"{level}"'.encode() for level in severe] if len(severe) < len(LEVELS) else []

    def line(self, data: bytes) -> Line | None:
        if not all(needed in data for needed in self._needed):
            return None
        if self._text and self._text not in data.lower():
            return None
        if self._levels and not any(level in data for level in self._levels):
            return None
        try:
            line = line_of(_decode(data))
        except msgspec.MsgspecError:  # half a line, of a supervisor that was killed
            return None
        return line if self._query.wants(line) else None


def _plain(value: str) -> bool:
    """Whether it stands in JSON as it is."""
    return value.isascii() and value.isprintable() and not set('"\\/') & set(value)


def _place(text: str) -> Place:
    found = _PLACE.fullmatch(text)
    if found is None:
        raise invalid_place()
    return Place(int(found[1]), int(found[2]))


def _text(place: Place) -> str:
    return f"{place.file}.{place.offset}"
