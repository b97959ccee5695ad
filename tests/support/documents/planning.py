"""Which commands of the documentation are run by whom. The default is: in their page's order, by tests/docs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from support.documents.command_lines import Shape, shapes
from support.documents.not_run import NOT_RUN
from support.documents.reading import Step, pages, steps
from support.documents.stages import ALONE, TOGETHER
from support.documents.written import key, witnesses


@dataclass(frozen=True, slots=True)
class Plan:
    """Who runs what."""

    here: tuple[Step, ...]
    """Those that tests/docs runs, page by page."""
    elsewhere: tuple[Step, ...]
    """Those of which another test says that it runs them."""
    listed: tuple[Step, ...]
    """Those that nobody runs, for a reason that is listed."""
    mentioned: tuple[Step, ...]
    """Those within a sentence of which there is another one, of the same words and options, that is run."""
    nobody: tuple[Step, ...]
    """Those that have been forgotten."""


@cache
def whole_plan() -> Plan:
    """That of the documentation as it is."""
    all_steps = [step for page in pages() for step in steps(page)]
    staged = [stage.page for stage in (*ALONE, *TOGETHER)]
    return planned(all_steps, staged=staged, run_elsewhere=witnesses(), not_run=NOT_RUN)


def planned(
    steps: Iterable[Step], *, staged: Iterable[str], run_elsewhere: Iterable[tuple[str, str]], not_run: Iterable[str]
) -> Plan:
    """`staged` are the pages that tests/docs runs, `run_elsewhere` has pages and commands, `not_run` beginnings.

    Blocks are run as they stand. A command within a sentence is, too, unless another one shows the same already.
    """
    known, pages_here = set(run_elsewhere), set(staged)
    reasons = [shape for command in not_run for shape in shapes(command)]
    elsewhere: list[Step] = []
    listed: list[Step] = []
    blocks: list[Step] = []
    inline: list[Step] = []
    nobody: list[Step] = []
    for step in (step for step in steps if step.is_command):
        if (step.page, key(step)) in known:
            elsewhere.append(step)
        elif all(any(reason.begins(shape) for reason in reasons) for shape in shapes(step.name)):
            listed.append(step)
        elif step.kind == "inline":
            inline.append(step)
        else:
            (blocks if step.page in pages_here else nobody).append(step)
    shown = [shape for step in (*elsewhere, *blocks) for shape in shapes(step.name)]
    # Those with most to show first, so that the others need not be run; then what other pages only mention
    for step in sorted(inline, key=lambda step: (step.page not in pages_here, -len(step.name.split()))):
        if step.page in pages_here and not _all_shown(step, shown):
            blocks.append(step)
            shown += shapes(step.name)
    mentioned = [step for step in inline if step not in blocks and _all_shown(step, shown)]
    nobody += [step for step in inline if step not in blocks and step not in mentioned]
    return Plan(*map(tuple, (blocks, elsewhere, listed, mentioned, nobody)))


def _all_shown(step: Step, shown: list[Shape]) -> bool:
    return all(any(other.covers(shape) for other in shown) for shape in shapes(step.name))
