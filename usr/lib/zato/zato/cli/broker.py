"""zato broker setup|status."""

from __future__ import annotations

import json
from pathlib import Path

import click

from zato.cli.connection import Target, pass_target
from zato.cli.output import below, show_json

_PORT = 5671


@click.group("broker")
def command() -> None:
    """RabbitMQ between the servers, where the setting `broker` names one."""


@command.command("status")
@pass_target
def status_command(target: Target) -> None:
    """Which broker the cluster has, whether the server that answers is connected to it, and what it keeps.

    Example: zato broker status
    """
    found = target.client().broker()
    if target.as_json:
        show_json(found)
        return
    click.echo(f"Broker: {found['address'] or found['kind']}")
    for what, counts in (("", found["messages"]), (" in RabbitMQ", found["in_rabbitmq"])):
        if counts is not None:
            click.echo(f"Messages{what}: {counts['waiting']} waiting, {counts['dead']} dead letters")
    if found["held"]:
        click.echo("What goes out is held; to let it go: zato cluster release")
    if found["problem"]:
        click.echo(f"Problem: {below(found['problem'])}")


@command.command("setup")
@click.option("--vhost", default="zato", show_default=True, help="Virtual host; each cluster has one of its own.")
@click.option("--host", "hosts", multiple=True, help="A further name under which servers reach it.")
@click.option("--port", type=click.IntRange(1, 65535), default=_PORT, show_default=True)
@click.option("--print", "only_print", is_flag=True, help="Change nothing; show what a RabbitMQ elsewhere needs.")
@pass_target
def setup_command(target: Target, vhost: str, hosts: tuple[str, ...], port: int, only_print: bool) -> None:
    """Prepare the RabbitMQ of this machine: TLS, a virtual host, a user for each server. It may be repeated.

    As root, with the cluster's CA here. Connections without TLS and a certificate are refused afterwards, and the user
    guest is deleted.

    Example: zato broker setup --host rabbit-1.example.org
    """
    from zato.appliance.rabbitmq import CONFIGURATION, RabbitMqSetup, server_users
    from zato.broker.rabbitmq.definitions import PLUGINS, configuration, definitions

    if only_print:
        wanted = definitions(vhost, server_users())
        settings = configuration(Path(CONFIGURATION, "zato"), listen=str(port))
        if target.as_json:
            show_json({"definitions": json.loads(wanted), "configuration": settings, "plugins": list(PLUGINS)})
            return
        click.echo(
            f"# Plugins: {' '.join(PLUGINS)}\n\n# rabbitmq.conf\n{settings}\n# definitions.json\n{wanted}", nl=False
        )
        return
    changed = RabbitMqSetup(target.layout.pki, vhost=vhost, hosts=hosts, port=port).run()
    name = hosts[0] if hosts else "localhost"
    setting = f'broker = "amqps://{name}:{port}/{vhost}"'
    if target.as_json:
        show_json({"changed": changed, "setting": setting})
        return
    click.echo(f"Changed: {', '.join(changed)}" if changed else "Everything was as it should be.")
    click.echo(f"To have the cluster use it, put this into {target.layout.settings} and restart the servers:")
    click.echo(f"  {setting}")
