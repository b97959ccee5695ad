"""An agent that is stopped in the middle of a reload."""

from __future__ import annotations

from zato.core.errors import SetupError


def stopped(program: str) -> SetupError:
    """Says nothing of the files that `program` was to take up: the next agent sees whether it serves with them."""
    return SetupError(
        f"Its agent was stopped while {program} was being reloaded; the next one looks at what has become of it.",
        code="reload-interrupted",
    )
