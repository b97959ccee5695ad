"""zato log."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from zato.cli.connection import Target, pass_target
from zato.cli.moments import since_option, until_option
from zato.cli.output import show_json
from zato.cli.servers import SERVER
from zato.core.errors import InvalidInput, SetupError

if TYPE_CHECKING:
    from zato.logbook.line import Line, Page
    from zato.logbook.query import Query
    from zato.logbook.reader import ReadsLog

_PAUSE_SECONDS = 0.5
_PAGE_LINES = 500
_LINES_OF_CID = 10_000
_LEVELS = ("debug", "info", "warning", "error", "critical")
_SAME_LEVEL = {"warn": "warning", "err": "error", "crit": "critical", "fatal": "critical"}
_CID = re.compile(r"[0-9a-f]{32}")
_GROUPS = ("systemd-journal", "adm")


class Level(click.Choice[str]):
    """In any case, and by the other names that levels have elsewhere."""

    def __init__(self) -> None:
        super().__init__(_LEVELS, case_sensitive=False)

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return super().convert(_SAME_LEVEL.get(str(value).lower(), value), param, ctx)


@click.command("log")
@click.argument("cid", required=False)
@click.option("-f", "--follow", is_flag=True, help="Go on with what is said from now on, until Ctrl-C.")
@click.option("--service", help="Lines that were written for this service.")
@click.option("--level", type=Level(), help="This one, and what is more severe.")
@click.option("--process", help="Such as server-1, or server for those of all servers.")
@click.option("--text", help="Lines that have this in them.")
@since_option
@until_option
@click.option("-n", "--lines", type=click.IntRange(1, 100_000), help="The last so many; 100, or all of a CID.")
@click.option("--server", type=SERVER, help="Of that server's machine, by the admin API.")
@pass_target
def log(
    target: Target,
    cid: str | None,
    follow: bool,
    service: str | None,
    level: str | None,
    process: str | None,
    text: str | None,
    since: str | None,
    until: str | None,
    lines: int | None,
    server: int | None,
) -> None:
    """What all processes of this machine have said, of one request by its correlation id, with tracebacks.

    With --json and -f each line is an object of its own.

    Example: zato log -f --level warning
    """
    from zato.logbook.query import Query

    if cid is not None and not _CID.fullmatch(cid):
        raise InvalidInput(f"{cid[:80]!r} is no correlation id, which has 32 digits of 0-9 and a-f.")
    if follow and until is not None:
        raise InvalidInput("--follow goes on, and --until ends; say one of them.")
    query = Query(
        cid=cid,
        service=service,
        process=process,
        level=level,
        text=text,
        since=_time(since),
        until=_time(until),
    )
    reader = _reader(target, server)
    wanted = lines or (_LINES_OF_CID if cid is not None else 100)
    try:
        found, after = _last(reader, query, wanted)
        _show(target, found, each=follow)
        if not (found or follow or target.as_json):
            click.echo("Nothing in the log matches. That of another machine has: zato log --server N", err=True)
        for more in _later(reader, query, after) if follow else ():
            _show(target, more, each=True)
    except BrokenPipeError:  # who has read it has seen enough, such as head
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    except KeyboardInterrupt:
        return


def _reader(target: Target, server: int | None) -> ReadsLog:
    if server is not None:
        return _RemoteLog(target, server)
    if not target.layout.is_appliance:
        from zato.logbook.ring_reader import RingReader

        return RingReader(target.layout.log)
    from zato.logbook.journal import JournalReader

    if not _reads_journal():
        raise SetupError(
            "The journal can be read by root and the group systemd-journal. Run this as root, or ask a server: "
            "zato log --server 1",
            code="no-journal",
        )
    return JournalReader()


def _reads_journal() -> bool:
    import grp

    if os.geteuid() == 0:
        return True
    mine = set(os.getgroups())
    return any(group.gr_gid in mine for group in grp.getgrall() if group.gr_name in _GROUPS)


class _RemoteLog:
    """The log of a server's machine, by the admin API."""

    def __init__(self, target: Target, server: int) -> None:
        self._client = target.client()
        self._server = server

    def older(self, query: Query, before: str | None, lines_max: int) -> Page:
        return self._page(query, lines_max, before=before)

    def newer(self, query: Query, after: str, lines_max: int) -> Page:
        return self._page(query, lines_max, after=after)

    def _page(self, query: Query, lines_max: int, **place: str | None) -> Page:
        import msgspec

        from zato.logbook.line import Page

        asked: dict[str, Any] = msgspec.to_builtins(query)
        if "text" in asked:
            asked["q"] = asked.pop("text")
        return msgspec.convert(self._client.log(self._server, **asked, **place, limit=lines_max), Page)


def _last(reader: ReadsLog, query: Query, lines_max: int) -> tuple[list[Line], str]:
    """The last lines, oldest first, and the place after them."""
    page = reader.older(query, None, min(lines_max, _PAGE_LINES))
    pages, after, count = [page.lines], page.after, len(page.lines)
    while page.before is not None and count < lines_max:
        page = reader.older(query, page.before, min(lines_max - count, _PAGE_LINES))
        pages.append(page.lines)
        count += len(page.lines)
    return [line for lines in reversed(pages) for line in lines], after


def _later(reader: ReadsLog, query: Query, after: str) -> Iterator[list[Line]]:
    while True:
        page = reader.newer(query, after, _PAGE_LINES)
        moved, after = page.after != after, page.after
        yield page.lines
        if not moved:
            time.sleep(_PAUSE_SECONDS)


def _show(target: Target, lines: list[Line], *, each: bool) -> None:
    import msgspec

    from zato.host.log_text import as_text

    if target.as_json and not each:
        show_json({"lines": msgspec.to_builtins(lines)})
    elif target.as_json:
        for line in lines:
            click.echo(json.dumps(msgspec.to_builtins(line), ensure_ascii=False))
    else:
        for line in lines:
            click.echo(as_text(line.event()))


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
