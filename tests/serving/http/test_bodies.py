"""What a body is thought to take of the memory that requests share, before it is read."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any, cast

import pytest

from zato.connector.http.channel import HTTP_CHANNEL
from zato.connector.rest.channel import REST_CHANNEL
from zato.core.errors import TooLarge
from zato.serving.http.channels import Channel

LIMIT = 1_000_000


class Reader(io.BytesIO):
    """A body that remembers how much was asked for before."""

    def __init__(self, body: bytes, asked: list[int]) -> None:
        super().__init__(body)
        self.asked_before: list[int] | None = None
        self._asked = asked

    def read(self, size: int | None = -1, /) -> bytes:
        self.asked_before = list(self._asked)
        return super().read(size)


def channel(*, plain: bool) -> Channel:
    unused = cast(Any, None)
    return Channel(
        name="upload",
        path="/upload",
        cors=None,
        service="upload",
        security=(),
        part=HTTP_CHANNEL if plain else REST_CHANNEL,
        content_type=None,
        metrics=unused,
        max_body_bytes=LIMIT,
        admission=unused,
        limit=None,
    )


def read(body: bytes, *, plain: bool, chunked: bool = False) -> tuple[Reader, list[int]]:
    asked: list[int] = []
    reader = Reader(body, asked)
    framing = {"HTTP_TRANSFER_ENCODING": "chunked"} if chunked else {"CONTENT_LENGTH": str(len(body))}
    environ = {"zato.request": SimpleNamespace(needs=asked.append), "wsgi.input": reader, **framing}
    assert channel(plain=plain)._body(environ) == body
    return reader, asked


@pytest.mark.parametrize(("plain", "times"), [(True, 6), (False, 2)], ids=["plain", "json"])
def test_a_large_one_asks_for_what_it_will_take_before_it_is_read(plain: bool, times: int) -> None:
    reader, asked = read(b"x" * 600_000, plain=plain)
    assert asked == reader.asked_before == [600_000 * times]


@pytest.mark.parametrize(("plain", "times"), [(True, 6), (False, 2)], ids=["plain", "json"])
def test_one_that_comes_in_chunks_may_be_as_large_as_the_channel_takes(plain: bool, times: int) -> None:
    reader, asked = read(b"x", plain=plain, chunked=True)
    assert asked == reader.asked_before == [LIMIT * times]


def test_a_small_one_asks_for_nothing() -> None:
    assert read(b"x" * 1000, plain=True)[1] == []


def test_one_that_the_channel_does_not_take_asks_for_nothing() -> None:
    with pytest.raises(TooLarge):
        read(b"x" * (LIMIT + 1), plain=True)
