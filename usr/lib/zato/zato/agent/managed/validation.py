"""What other programs say about their configuration."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from zato.core.errors import SetupError
from zato.host import children
from zato.host.children import Account

_SECONDS = 30


def validate(
    program: str, command: Sequence[str], *, account: Account | None = None, seconds: float = _SECONDS
) -> None:
    """Raises SetupError with what `program` says against its configuration, which may have it run others.

    Root has it looked at by the `account` that may write it.
    """
    try:
        found = children.run(command, account=account, seconds=seconds)
    except subprocess.TimeoutExpired as error:
        raise SetupError(
            f"{program} did not check its configuration within {seconds:g} seconds.", code="configuration-not-checked"
        ) from error
    if found.code != 0:
        said = (line.strip() for line in (found.output + found.errors).decode(errors="replace").splitlines())
        lines = [line for line in said if line and not line.startswith("[NOTICE]")]
        raise SetupError(
            f"{program} refuses its configuration: {' '.join(lines[:5])}",
            code="configuration-refused",
            details=tuple(lines),
        )


@contextmanager
def candidate(directory: Path) -> Iterator[Path]:
    """An empty directory below, for files that a program is to look at; it is gone afterwards.

    There is one at a time. What is raised names files in it without it.
    """
    made = directory.absolute() / "candidate"
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(mode=0o700, parents=True)
    try:
        yield made
    except SetupError as error:
        words = tuple(line.replace(f"{made}/", "") for line in error.details)
        raise SetupError(error.message.replace(f"{made}/", ""), code=error.code, details=words) from error
    finally:
        shutil.rmtree(made, ignore_errors=True)
