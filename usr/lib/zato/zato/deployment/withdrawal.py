"""Which files can be withdrawn as one change, and which others need them."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence

from zato.core.errors import NotFound
from zato.core.suggestions import did_you_mean
from zato.deployment.activation import Activation
from zato.deployment.loader import CodeSet, DeploymentRefused, Refusal

_NAMED_MAX = 20


def withdrawable(
    file_names: Sequence[str], activation: Activation, running: Callable[[], CodeSet]
) -> Mapping[str, int]:
    """The revision of what is active of each. Raises NotFound, and DeploymentRefused where other files need them."""
    revisions: dict[str, int] = {}
    for name in file_names:
        active = activation.active(name)
        if active is None:
            hint = did_you_mean(name, activation.all_active(), "zato service list shows what is")
            raise NotFound(f"{name} is not deployed{hint}", code="no-such-item")
        revisions[name] = active[0]
    code = running()
    try:
        code.without(*file_names)
    except DeploymentRefused as error:
        needing = code.needing(*file_names)
        if not needing:  # it is not the same each time that it is imported
            raise
        raise DeploymentRefused(_refusal(error.refusal, file_names, needing)) from error
    return revisions


def _refusal(first: Refusal, file_names: Sequence[str], needing: Sequence[str]) -> Refusal:
    """With the command that withdraws all of them, unless those are too many for one to read."""
    needs, does = ("needs", "does") if len(needing) == 1 else ("need", "do")
    it = "it" if len(file_names) == 1 else "them"
    reason = f"{_listed(needing)} {needs} {_listed(file_names)} and {does} not work without {it}. "
    if len(needing) <= _NAMED_MAX:
        reason += f"To withdraw all as one change: zato service undeploy {shlex.join([*file_names, *needing])}"
    else:
        reason += f"First withdraw these, or deploy versions of them that do without {it}."
    return Refusal(first.code, reason, first.file, first.line)


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _NAMED_MAX
    return ", ".join(names[:_NAMED_MAX]) + (f" and {more} more" if more > 0 else "")
