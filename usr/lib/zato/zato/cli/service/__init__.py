"""zato service: what is deployed, deploying, invoking, and beginning one."""

from __future__ import annotations

import click

from zato.cli.service.beginning import new_command
from zato.cli.service.deploying import deploy_command, rollback_command, undeploy_command
from zato.cli.service.invoking import invoke_command
from zato.cli.service.listing import list_command, show_command, source_command, versions_command


@click.group("service")
def command() -> None:
    """Deploy, list and invoke services."""


for _each in (
    list_command,
    show_command,
    source_command,
    new_command,
    deploy_command,
    versions_command,
    rollback_command,
    undeploy_command,
    invoke_command,
):
    command.add_command(_each)
