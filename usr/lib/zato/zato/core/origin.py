"""What has a service invoked where that is no caller's request."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Asker(StrEnum):
    """The kinds of things that have services invoked."""

    MESSAGE = "message"
    """An asynchronous invocation by a service: self.invoke_async."""
    INVOCATION = "invocation"
    """An asynchronous invocation through the admin API: zato service invoke --async."""
    JOB = "job"
    """A job that has fired."""
    DELIVERY = "delivery"
    """Something that is delivered to its target until that has confirmed it."""

    @classmethod
    def written(cls, value: object) -> Asker:
        """What was written down. Where it says nothing, or what only a later release knows, it counts as a message."""
        return next((each for each in cls if each.value == value), cls.MESSAGE)


@dataclass(frozen=True, slots=True)
class Origin:
    """One attempt of a message, a job or a delivery."""

    asker: Asker
    id: str
    """That of the message, the firing, the delivery: the same at each attempt."""
    redelivered: bool
    """Whether the service may have done it before, in whole or in part."""
    attempt: int
    """From 1."""
    name: str = ""
    """That of the item that it comes of, such as the job; a message comes of none."""
