"""zato pki list in a session: certificates on the machines of a cluster elsewhere."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from zato.cli.connection import Target
from zato.cli.output import moment, show_json, show_table
from zato.core.errors import Unauthorized, ZatoError


def show_of_all_machines(target: Target) -> None:
    """Each server tells of its machine's; of one that does not, the reason is said beside the others' answers."""
    client = target.client()
    found: list[dict[str, Any]] = []
    for server in client.status()["servers"]:
        try:
            machine = client.certificates(server["number"])
        except Unauthorized:
            raise
        except ZatoError as error:
            click.echo(f"zato: server {server['number']}: {error.message}", err=True)
            continue
        for file in machine["unusable"]:
            click.echo(f"zato: {machine['host']}: {file['reason']}", err=True)
        found += [{"machine": machine["host"], **each} for each in machine["certificates"]]
    # Servers of one machine tell the same
    once = list({(each["machine"], each["name"], each["fingerprint"]): each for each in found}.values())
    if target.as_json:
        show_json([{name: value for name, value in each.items() if name != "not_before"} for each in once])
        return
    show_table(
        ("machine", "name", "subject", "valid until", "renewal", "hosts"),
        (
            (
                each["machine"],
                each["name"],
                each["subject"],
                moment(datetime.fromisoformat(each["not_after"])),
                "due" if each["due"] else "",
                ", ".join(each["hosts"]),
            )
            for each in once
        ),
    )
