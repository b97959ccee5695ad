"""zato doctor: whether this machine's part of the cluster is well, and what mends it if not."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import click

from zato.cli.connection import Target, pass_target
from zato.cli.output import show_json
from zato.core.visible import visible_line


@click.command("doctor")
@pass_target
def command(target: Target) -> None:
    """Look at settings, keys, certificates, disk, ODB, HAProxy, lighttpd, ports and units; change nothing.

    Ends with exit code 1 where something is not well, with the command that mends it.

    Example: zato doctor
    """
    from zato.doctor.examination import examine

    found = dict(examine(target.layout, datetime.now(UTC)))
    ill = any(found.values())
    if target.as_json:
        findings = [
            {"subject": subject, "problem": each.problem, "remedy": each.remedy}
            for subject, several in found.items()
            for each in several
        ]
        show_json({"ok": not ill, "looked_at": list(found), "findings": findings})
    else:
        for subject, several in found.items():
            click.echo(f"{'not well' if several else 'well':<8}  {subject}")
            for each in several:
                click.echo(f"    {visible_line(each.problem)}\n      -> {visible_line(each.remedy)}")
    if ill:
        sys.exit(1)
