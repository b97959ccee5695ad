"""Whom an attack is aimed at, where it comes from, and how its connections are made."""

from __future__ import annotations

import asyncio
import itertools
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

CONNECT_SECONDS = 20.0
CLOSED = "closed"
REFUSED = "no connection"
STILL_OPEN = "still open at the end"


@dataclass(frozen=True, slots=True)
class Connection:
    """One TLS connection to the target."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def status(self) -> str:
        """The status of the next answer, which is read with its body; `CLOSED` where there is none."""
        try:
            head = await self.reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError):
            return CLOSED
        lines = head.decode("latin-1").split("\r\n")
        length = next((line.split(":")[1] for line in lines if line.lower().startswith("content-length:")), "0")
        try:
            await self.reader.readexactly(int(length))
        except (asyncio.IncompleteReadError, OSError):
            return CLOSED
        return lines[0].split()[1]


@dataclass(frozen=True, slots=True)
class Target:
    """A door on 127.0.0.1, for `seconds` at most, from each of the loopback addresses in `sources` in turn."""

    port: int
    seconds: float
    sources: tuple[str, ...]
    context: ssl.SSLContext
    """One for all: what each connection would prepare for itself costs this machine more than the one attacked."""

    @asynccontextmanager
    async def connect(self, source: str) -> AsyncIterator[Connection]:
        """Raises OSError or TimeoutError where there is no connection."""
        opened = asyncio.open_connection(
            "127.0.0.1", self.port, ssl=self.context, server_hostname="localhost", local_addr=(source, 0)
        )
        reader, writer = await asyncio.wait_for(opened, CONNECT_SECONDS)
        try:
            yield Connection(reader, writer)
        finally:
            writer.close()

    async def at_once(self, count: int, behave: Callable[[Connection], Awaitable[str]]) -> Counter[str]:
        """So many connections at the same time, each of which behaves so; what all met with."""
        sources = itertools.cycle(self.sources)
        return Counter(await asyncio.gather(*(self._one(next(sources), behave) for _ in range(count))))

    async def _one(self, source: str, behave: Callable[[Connection], Awaitable[str]]) -> str:
        try:
            async with self.connect(source) as connection:
                return await asyncio.wait_for(behave(connection), self.seconds)
        except TimeoutError:
            return STILL_OPEN
        except OSError:
            return REFUSED


def request(method: str, path: str, *headers: str, body: bytes = b"", length: int | None = None) -> bytes:
    """A request, or the start of one whose body is said to be of another `length`."""
    size = len(body) if length is None else length
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *headers]
    if size or method not in {"GET", "HEAD"}:
        lines.append(f"Content-Length: {size}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
