"""HAProxy's streams, which are requests in progress, and whose clients send their bodies too slowly. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_LISTED = re.compile(r"^(0x[0-9a-f]+): .*?\bfe=(\S+) .*?\bage=(\S+)", re.MULTILINE)
_SHOWN = re.compile(r"^(?=0x[0-9a-f]+: \[)", re.MULTILINE)
_HEAD = re.compile(r"^(0x[0-9a-f]+): \[[^\]]*\] id=\d+")
_SOURCE = re.compile(r"\bsource=(\S+):\d+\s")
_STATE = re.compile(r"\breq\.st=(\w+)")
_CHANNEL = re.compile(r"^  req=.*?\btotal=(\d+)\).*?\bhtx=\S+ flags=\S+ size=\d+ data=(\d+)", re.MULTILINE | re.DOTALL)
_SECONDS = re.compile(r"(\d+)s")


@dataclass(frozen=True, slots=True)
class Stream:
    """A request in progress."""

    key: str
    """No other stream of the same HAProxy has it."""
    address: str
    """The name by which HAProxy is told to end it."""
    source: str
    awaited: bool
    """Whether HAProxy waits for more of the request's body, of which it has passed on all that came."""
    sent_bytes: int
    """How much of the request has arrived so far."""


@dataclass(frozen=True, slots=True)
class Mark:
    """From where on a stream's client is looked at."""

    sent_bytes: int
    seconds: float = 0.0
    """For how long it was seen since then."""


@dataclass(frozen=True, slots=True)
class Slow:
    """A stream whose client has sent too little."""

    stream: Stream
    sent_bytes: int
    seconds: float


def older(listed: str, frontend: str, seconds: float) -> list[str]:
    """Addresses of the streams of `frontend` that `show sess` lists and that are at least so old."""
    return [address for address, name, age in _LISTED.findall(listed) if name == frontend and _age(age) >= seconds]


def streams_in(shown: str) -> list[Stream]:
    """What `show sess 0x...` says of one or more of them. What cannot be understood is left out."""
    found = (_stream(part) for part in _SHOWN.split(shown))
    return [stream for stream in found if stream is not None]


def judge(
    marks: Mapping[str, Mark], streams: Sequence[Stream], elapsed: float, *, bytes_per_second: int, seconds: float
) -> tuple[dict[str, Mark], list[Slow]]:
    """The marks to go on with, and the streams that have sent less than so much for so long while they could.

    `elapsed` is the time since the last look. Where nobody looked for long, since this machine stood still, it
    has to be the time that is usual.
    """
    kept: dict[str, Mark] = {}
    slow: list[Slow] = []
    for stream in streams:
        if not stream.awaited:
            continue
        mark = marks.get(stream.key)
        if mark is None:
            kept[stream.key] = Mark(stream.sent_bytes)
            continue
        watched, sent = mark.seconds + elapsed, stream.sent_bytes - mark.sent_bytes
        if watched < seconds:
            kept[stream.key] = Mark(mark.sent_bytes, watched)
        elif sent < bytes_per_second * watched:
            slow.append(Slow(stream, sent, watched))
        else:
            kept[stream.key] = Mark(stream.sent_bytes)
    return kept, slow


def _age(text: str) -> float:
    """Ages from a minute on are told in other units, too: they are all old."""
    found = _SECONDS.fullmatch(text)
    return float(found[1]) if found else float("inf")


def _stream(shown: str) -> Stream | None:
    head, source, state, channel = (found.search(shown) for found in (_HEAD, _SOURCE, _STATE, _CHANNEL))
    if head is None or source is None or state is None or channel is None:
        return None
    sent, waiting = int(channel[1]), int(channel[2])
    return Stream(head[0], head[1], source[1], state[1] == "MSG_DATA" and not waiting, sent)
