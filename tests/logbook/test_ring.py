"""The files of a quickstart's log, and reading them while they are written and replaced."""

from __future__ import annotations

import json
import time
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pytest

from zato.core.errors import InvalidInput
from zato.logbook.query import Query
from zato.logbook.ring import RingWriter, files, path_of
from zato.logbook.ring_reader import RingReader

CID = "0af7651916cd43dd8448eb211c80319c"


def told(number: int, **fields: str) -> bytes:
    event = {"timestamp": f"2026-11-30T13:{number // 60 % 60:02}:{number % 60:02}.000Z", "level": "info"}
    return json.dumps({**event, "process": "server-1", "event": f"line {number}", **fields}).encode() + b"\n"


@pytest.fixture
def writer(tmp_path: Path) -> RingWriter:
    return RingWriter(tmp_path / "log", file_bytes_max=2000, files_max=3)


@pytest.fixture
def reader(tmp_path: Path) -> RingReader:
    return RingReader(tmp_path / "log")


def all_older(reader: RingReader, query: Query, lines_max: int) -> list[str]:
    found: list[str] = []
    page = reader.older(query, None, lines_max)
    while True:
        found = [line.message for line in page.lines] + found
        if page.before is None:
            return found
        page = reader.older(query, page.before, lines_max)


@pytest.mark.parametrize("lines_max", [1, 3, 1000])
def test_pages_have_each_line_that_is_left_once_and_in_order(
    writer: RingWriter, reader: RingReader, tmp_path: Path, lines_max: int
) -> None:
    for number in range(100):
        writer.write(told(number))
    kept = [
        line for number in files(tmp_path / "log") for line in path_of(tmp_path / "log", number).read_text().split("\n")
    ]
    expected = [json.loads(line)["event"] for line in kept if line]
    assert len(files(tmp_path / "log")) == 3 and expected[-1] == "line 99" and len(expected) < 100
    assert all_older(reader, Query(), lines_max) == expected


def test_no_more_room_is_taken_than_the_files_may_have(writer: RingWriter, tmp_path: Path) -> None:
    for number in range(2000):
        writer.write(told(number))
    sizes = [path.stat().st_size for path in (tmp_path / "log").iterdir()]
    assert len(sizes) == 3 and sum(sizes) < 3 * 2200
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "log").iterdir()} == {0o600}


def test_who_follows_gets_each_line_once_however_often_another_file_is_begun(
    writer: RingWriter, reader: RingReader
) -> None:
    place = reader.older(Query(), None, 10).after
    found: list[str] = []
    for number in range(200):
        writer.write(told(number))
        if number % 7 == 0:
            page = reader.newer(Query(), place, 1000)
            found += [line.message for line in page.lines]
            place = page.after
    found += [line.message for line in reader.newer(Query(), place, 1000).lines]
    assert found == [f"line {number}" for number in range(200)]


def test_who_follows_goes_on_where_files_were_removed(writer: RingWriter, reader: RingReader, tmp_path: Path) -> None:
    for number in range(100):
        writer.write(told(number))
    place = reader.older(Query(), None, 1).after
    for path in (tmp_path / "log").iterdir():
        path.unlink()
    writer.close()
    writer.write(told(100))
    assert [line.message for line in reader.newer(Query(), place, 10).lines] == ["line 100"]


def test_a_line_that_is_being_written_is_left_for_later_and_half_a_one_is_none(
    writer: RingWriter, reader: RingReader, tmp_path: Path
) -> None:
    writer.write(told(1))
    with path_of(tmp_path / "log", 1).open("ab") as file:
        file.write(told(2)[:20])
    page = reader.older(Query(), None, 10)
    assert [line.message for line in page.lines] == ["line 1"]
    again = RingWriter(tmp_path / "log")
    again.write(told(3))
    assert [line.message for line in reader.older(Query(), None, 10).lines] == ["line 1", "line 3"]


def test_conditions_hold_all_together(writer: RingWriter, reader: RingReader) -> None:
    writer.write(told(1, cid=CID, service="orders.new", level="error", exception="Traceback\nValueError: Bad"))
    writer.write(told(2, cid=CID, process="haproxy", status="500"))
    writer.write(told(3, service="orders.new", process="listener-1"))

    def found(**conditions: object) -> list[str]:
        return [line.message for line in reader.older(Query(**conditions), None, 10).lines]  # type: ignore[arg-type]

    assert found(cid=CID) == ["line 1", "line 2"]
    assert found(service="orders.new") == ["line 1", "line 3"]
    assert found(service="orders.new", cid=CID) == ["line 1"]
    assert found(level="warning") == ["line 1"]
    assert found(process="server") == found(process="server-1") == ["line 1"]
    assert found(process="haproxy") == ["line 2"]
    assert found(text="valueerror") == ["line 1"]
    assert found(text="500") == ["line 2"]
    assert found(since=datetime(2026, 11, 30, 13, 0, 2, tzinfo=UTC)) == ["line 2", "line 3"]
    assert found(until=datetime(2026, 11, 30, 13, 0, 2, tzinfo=UTC)) == ["line 1"]


@pytest.mark.parametrize("place", ["", "x", "1", "1.", "-1.0", "1.1e9", "99999999999.1", "../1.1"])
def test_a_place_that_nobody_was_told_is_refused(reader: RingReader, place: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        reader.older(Query(), place, 10)
    assert raised.value.code == "invalid-cursor"


def test_a_hundred_thousand_lines_take_little_memory_and_time(tmp_path: Path) -> None:
    writer = RingWriter(tmp_path / "log")
    line = told(1, service="a-service", path="/a/path/of/some/length", client="127.0.0.1", cid=CID[::-1])
    writer.write(told(0, cid=CID))
    for _ in range(100):
        writer.write(line * 1000)
    reader = RingReader(tmp_path / "log")
    for query in (Query(cid=CID), Query(text="line 0"), Query(level="error")):
        started, pages = time.thread_time(), 1
        page = reader.older(query, None, 1000)
        while page.before is not None:
            page = reader.older(query, page.before, 1000)
            pages += 1
        assert pages <= 4 and time.thread_time() - started < 5
        assert [each.message for each in page.lines] == ([] if query.level else ["line 0"])
    tracemalloc.start()
    RingReader(tmp_path / "log", scanned_bytes_max=1_000_000).older(Query(text="line 0"), None, 1000)
    assert tracemalloc.get_traced_memory()[1] < 3_000_000
    tracemalloc.stop()
