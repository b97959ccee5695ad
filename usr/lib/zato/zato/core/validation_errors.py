"""What is wrong with an input, in a form whose size does not grow with the input's."""

from __future__ import annotations

from collections.abc import Sequence

ERRORS_MAX = 100
ERROR_LENGTH_MAX = 500


class ValidationErrors:
    """Collects errors: the first hundred as text, the rest as a number."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._count = 0

    def add(self, text: str) -> None:
        """Adds one more."""
        self._count += 1
        if self._count <= ERRORS_MAX:
            self._texts.append(shortened(text))

    def count(self, more: int) -> None:
        """Counts so many more, whose text does not matter."""
        self._count += more

    def __bool__(self) -> bool:
        return self._count > 0

    def as_list(self) -> list[str]:
        """The errors; the last one says how many more there are."""
        more = self._count - len(self._texts)
        return [*self._texts, f"There are {more} more findings like these."] if more else list(self._texts)


def capped(errors: Sequence[str]) -> list[str]:
    """As many of them, and as much of each, as fits into an answer; what was capped before stays as it is."""
    if len(errors) <= ERRORS_MAX + 1:
        return [shortened(text) for text in errors]
    collected = ValidationErrors()
    for text in errors:
        collected.add(text)
    return collected.as_list()


def shortened(text: str, length_max: int = ERROR_LENGTH_MAX) -> str:
    """The text where it is short enough, else its beginning and its end, since what is wrong may stand in either."""
    if len(text) <= length_max:
        return text
    half = (length_max - 5) // 2
    return f"{text[:half]} ... {text[-half:]}"
