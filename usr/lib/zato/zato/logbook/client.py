"""Asking for the log where the journal is another's to read: one JSON line each way, as with the signer.

A server may not read the journal, which has what everybody on the machine has said. What answers may, and does nothing
else; it tells of Zato's units only.
"""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Annotated, BinaryIO, Literal

import msgspec

from zato.core.errors import InvalidInput, Unavailable, ZatoError
from zato.logbook.line import Page
from zato.logbook.query import Query
from zato.logbook.reader import LINES_MAX, ReadsLog

_QUESTION_BYTES_MAX = 64 * 1024
_ANSWER_BYTES_MAX = 64 * 1024 * 1024
_SECONDS = 25.0
_RAISED: dict[str, type[ZatoError]] = {error.__name__: error for error in (InvalidInput, Unavailable)}


class _Question(msgspec.Struct):
    direction: Literal["older", "newer"]
    query: Query
    place: str | None
    lines_max: Annotated[int, msgspec.Meta(ge=1, le=LINES_MAX)]


class _Answer(msgspec.Struct, omit_defaults=True):
    page: Page | None = None
    raised: str | None = None
    code: str = ""
    message: str = ""


class LogClient:
    """A reader.ReadsLog behind a unix socket."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def older(self, query: Query, before: str | None, lines_max: int) -> Page:
        return self._ask(_Question("older", query, before, lines_max))

    def newer(self, query: Query, after: str, lines_max: int) -> Page:
        return self._ask(_Question("newer", query, after, lines_max))

    def _ask(self, question: _Question) -> Page:
        try:
            said = self._exchange(msgspec.json.encode(question) + b"\n")
            if not said:
                raise _busy()
            answer = msgspec.json.decode(said, type=_Answer)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise _busy() from error
        except (OSError, msgspec.MsgspecError) as error:
            raise Unavailable(
                f"The log cannot be read ({error}); on that machine, systemctl status zato-log.socket says more.",
                code="no-log",
            ) from error
        if answer.page is not None:
            return answer.page
        raise _RAISED.get(answer.raised or "", Unavailable)(answer.message, code=answer.code)

    def _exchange(self, question: bytes) -> bytes:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(_SECONDS)
            connection.connect(str(self._path))
            connection.sendall(question)
            blocks, size = [], 0
            while block := connection.recv(1024 * 1024):
                blocks.append(block)
                size += len(block)
                if size > _ANSWER_BYTES_MAX:
                    raise OSError("its answer is too long")
            return b"".join(blocks)


def _busy() -> Unavailable:
    """Closed without a word, as are those for whom there is no reader: only so many may read at the same time."""
    return Unavailable(
        "The log is being read by as many as may read it at the same time; try again in a second.",
        code="log-busy",
        retry_after_seconds=1,
    )


def answer(reader: ReadsLog, asked: BinaryIO, said: BinaryIO) -> None:
    """Answers one question. What is refused is an answer, too."""
    try:
        question = msgspec.json.decode(asked.readline(_QUESTION_BYTES_MAX), type=_Question)
        if question.direction == "older":
            page = reader.older(question.query, question.place, question.lines_max)
        else:
            page = reader.newer(question.query, question.place or "", question.lines_max)
        reply = _Answer(page=page)
    except ZatoError as error:
        reply = _Answer(raised=type(error).__name__, code=error.code, message=error.message)
    except msgspec.MsgspecError as error:
        reply = _Answer(raised=InvalidInput.__name__, code=InvalidInput.code, message=f"This is no question: {error}.")
    said.write(msgspec.json.encode(reply) + b"\n")
    said.flush()
