"""What is not as it should be."""

from __future__ import annotations

from dataclasses import dataclass

from zato.core.errors import ZatoError


@dataclass(frozen=True, slots=True)
class Finding:
    """A sentence about what is wrong, and the command, or the words, that mend it."""

    problem: str
    remedy: str


def of_error(error: ZatoError, remedy: str) -> Finding:
    """What an error says; our errors say what to do themselves, so `remedy` is where more is to be seen."""
    return Finding(error.message, remedy)
