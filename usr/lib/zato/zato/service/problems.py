"""What is wrong with several parts of one value."""

from __future__ import annotations

from zato.core.validation_errors import ERRORS_MAX


class NotValid(ValueError):
    """Parts of a value are not valid: for the first hundred a path within it, "[1].count", and what is wrong.

    What is wrong goes on after the name of the field: "is missing", "must be an integer". `more` are only counted.
    """

    def __init__(self, problems: list[tuple[str, str]], more: int) -> None:
        super().__init__("has parts that are not valid")
        self.problems = problems
        self.more = more


class Problems:
    """Collects them."""

    def __init__(self) -> None:
        self.found: list[tuple[str, str]] = []
        self.more = 0

    def add(self, path: str, error: ValueError) -> None:
        """What is wrong with the part at that path, or with parts of it."""
        inner, more = (error.problems, error.more) if isinstance(error, NotValid) else ([("", str(error))], 0)
        room = ERRORS_MAX - len(self.found)
        self.found.extend((path + place, text) for place, text in inner[:room])
        self.more += more + max(0, len(inner) - room)

    def raise_any(self) -> None:
        """Raises NotValid where anything was found."""
        if self.found:
            raise NotValid(self.found, self.more)
